<?php

namespace Counterfoil;

/**
 * Sends what is recorded, within a number of messages and of seconds, and decides what becomes of each failure.
 *
 * A failure is nearly always the portal's, not the message's: then all waits, 15 s at first and up to an hour, so that
 * a portal that hangs does not keep WHMCS's own processes busy.
 */
final class Delivery
{
    private const FIRST_PAUSE = 15;
    private const LONGEST_PAUSE = 3600;

    /** Seconds after which a message is of no use any more: whatever the portal keeps has run out long before. */
    private const OLDEST = 259200;

    /** @var Outbox */
    private $outbox;

    /** @var Sender */
    private $sender;

    /** @var callable(): float */
    private $clock;

    public function __construct(Outbox $outbox, Sender $sender, callable $clock)
    {
        $this->outbox = $outbox;
        $this->sender = $sender;
        $this->clock = $clock;
    }

    /** What this request has recorded, due or not, then what others left. @param int[] $own numbers */
    public function flush(array $own, int $messages, float $seconds): void
    {
        if (!$this->sender->isReady() || (int) State::get('paused_until') > $this->now()) {
            return;
        }
        // The budget is real time, whatever clock the rows are dated by.
        $end = microtime(true) + $seconds;
        while ($messages-- > 0 && microtime(true) < $end && ($row = $this->next($own)) !== null) {
            if (!$this->one($row, $end - microtime(true))) {
                return;
            }
        }
    }

    private function next(array &$own): ?\stdClass
    {
        while ($own !== []) {
            $row = $this->outbox->claimOne(array_shift($own));
            if ($row !== null) {
                return $row;
            }
        }
        return $this->outbox->claimDue();
    }

    /** Whether it makes sense to go on with others. */
    private function one(\stdClass $row, float $within): bool
    {
        $status = $this->sender->send($row, $within);
        if ($status === 204) {
            $this->outbox->delivered($row, $status);
            $this->portalAnswers();
            return true;
        }
        // The portal does not understand this message, and says so; others it may.
        if (in_array($status, [400, 413], true)) {
            $this->outbox->died($row, $status);
            return true;
        }
        $failures = (int) State::get('failures') + 1;
        $pause = min(self::FIRST_PAUSE * 2 ** min($failures - 1, 10), self::LONGEST_PAUSE);
        State::put('failures', (string) $failures);
        State::put('paused_until', (string) ($this->now() + $pause));
        if ($this->now() - $row->recorded_at / 1000 > self::OLDEST) {
            $this->outbox->died($row, $status);
        } else {
            $this->outbox->failed($row, $status, $this->now() + $pause);
        }
        return false;
    }

    /** A message sent by hand, past every pause. The status, and what the portal says its version is. */
    public function ping(): array
    {
        $row = $this->outbox->claimOne($this->outbox->add('ping', []));
        if ($row === null || !$this->sender->isReady()) {
            return [0, ''];
        }
        $status = $this->sender->send($row, 10.0);
        if ($status === 204) {
            $this->outbox->delivered($row, $status);
            $this->portalAnswers();
        } else {
            // Sent again later it would answer nobody.
            $this->outbox->died($row, $status);
        }
        return [$status, $this->sender->portalVersion()];
    }

    private function portalAnswers(): void
    {
        if ((int) State::get('failures') > 0) {
            State::put('failures', '0');
            State::put('paused_until', '0');
            $this->outbox->allDue();
        }
    }

    private function now(): int
    {
        return (int) ($this->clock)();
    }
}
