<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * The portal asks which changes it has missed: those with higher numbers than it has seen.
 */
final class Changes
{
    private const MOST = 1000;

    /** @var Outbox */
    private $outbox;

    /** @var callable(): float */
    private $clock;

    public function __construct(Outbox $outbox, callable $clock)
    {
        $this->outbox = $outbox;
        $this->clock = $clock;
    }

    /**
     * Without `after`: only how things stand. With it: what has a higher number, and the portal says that it has
     * applied everything up to there. `series` must be the one that the numbers belong to.
     */
    public function answer(array $params): array
    {
        $series = State::get('series');
        $rows = [];
        if (isset($params['after']) && ($params['series'] ?? '') === $series) {
            $after = max(0, (int) $params['after']);
            $most = min(max(1, (int) ($params['limitnum'] ?? self::MOST)), self::MOST);
            $this->outbox->fetchedUpTo($after);
            State::put('asked', (int) ($this->clock)() . ' ' . $after);
            $rows = $this->outbox->afterNumber($after, $most);
        }
        return [
            'result' => 'success',
            'version' => Addon::VERSION,
            'protocol' => Addon::PROTOCOL,
            'series' => $series,
            'timezone' => date_default_timezone_get(),
            'systemurl' => self::systemUrl(),
            'oldest' => $this->outbox->oldest(),
            'newest' => $this->outbox->newest(),
            'waiting' => $this->outbox->count(Outbox::WAITING),
            'dead' => $this->outbox->count(Outbox::DEAD),
            'changes' => ['change' => $this->described($rows)],
        ];
    }

    /** Of which WHMCS makes its one-time links; '' where it cannot be read. */
    private static function systemUrl(): string
    {
        try {
            return (string) Capsule::table('tblconfiguration')->where('setting', 'SystemURL')->value('value');
        } catch (\Exception $e) {
            return '';
        }
    }

    /** @param \stdClass[] $rows */
    private function described(array $rows): array
    {
        $ids = Owners::complete(array_map([Outbox::class, 'ids'], $rows));
        $now = ($this->clock)();
        return array_map(static function (\stdClass $row, array $ids) use ($now): array {
            return [
                'number' => (int) $row->id,
                'id' => Sender::messageId($row),
                'type' => $row->type,
                'age' => max(0, (int) ($now - $row->recorded_at / 1000)),
                'data' => (object) $ids,
            ];
        }, $rows, $ids);
    }
}
