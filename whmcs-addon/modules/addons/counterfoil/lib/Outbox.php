<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * The table of recorded changes: ids only, each with a number that never comes twice, and how its delivery fares.
 *
 * A row is written in the transaction of the change that it tells of, if there is one, and is the only memory: whatever
 * process is killed, the rows are sent by the next one.
 */
final class Outbox
{
    public const WAITING = 0;
    public const DELIVERED = 1;
    public const DEAD = 2;
    /** The portal fetched it by its number before it was delivered. */
    public const FETCHED = 3;

    /** Seconds after which another process sends what this request has not sent itself. */
    private const HEAD_START = 15;

    /** Seconds for which a message belongs to the process that is sending it; longer than any attempt takes. */
    private const CLAIM = 30;

    private const KEEP_DAYS = 7;
    private const KEEP_ALL_DAYS = 30;

    /** @var callable(): float */
    private $clock;

    public function __construct(callable $clock)
    {
        $this->clock = $clock;
    }

    private function now(): int
    {
        return (int) ($this->clock)();
    }

    public function add(string $type, array $ids): int
    {
        return (int) Capsule::table(Schema::OUTBOX)->insertGetId([
            'type' => $type,
            'data' => json_encode((object) $ids),
            'recorded_at' => (int) round(($this->clock)() * 1000),
            'next_at' => $this->now() + self::HEAD_START,
        ]);
    }

    /** @return array<string, int> */
    public static function ids(\stdClass $row): array
    {
        return (array) json_decode($row->data, true);
    }

    /** A message that is due, and now this process's to send; null when there is none. Fewest attempts first. */
    public function claimDue(): ?\stdClass
    {
        do {
            $row = $this->free()
                ->where('state', self::WAITING)
                ->where('next_at', '<=', $this->now())
                ->orderBy('attempts')->orderBy('id')->first();
        } while ($row !== null && !$this->claim($row));
        return $row;
    }

    /** This one, due or not. Null when the portal has it, or another process is at it. */
    public function claimOne(int $number): ?\stdClass
    {
        $row = $this->free()->where('state', self::WAITING)->where('id', $number)->first();
        return $row !== null && $this->claim($row) ? $row : null;
    }

    private function free()
    {
        return Capsule::table(Schema::OUTBOX)->where('claimed_until', '<=', $this->now());
    }

    private function claim(\stdClass $row): bool
    {
        // Only one of several processes changes the row that all of them have read.
        return $this->free()->where('id', $row->id)->where('state', $row->state)
            ->update(['claimed_until' => $this->now() + self::CLAIM]) === 1;
    }

    public function delivered(\stdClass $row, int $status): void
    {
        $this->after($row, ['state' => self::DELIVERED, 'status' => $status, 'answered_at' => $this->now()]);
    }

    public function failed(\stdClass $row, int $status, int $nextAt): void
    {
        $this->after($row, ['status' => $status, 'next_at' => $nextAt]);
    }

    public function died(\stdClass $row, int $status): void
    {
        $this->after($row, ['state' => self::DEAD, 'status' => $status]);
    }

    private function after(\stdClass $row, array $changes): void
    {
        $changes += ['attempts' => min($row->attempts + 1, 30000), 'claimed_until' => 0];
        Capsule::table(Schema::OUTBOX)->where('id', $row->id)->update($changes);
    }

    /** The portal answers again: what waits need not wait for its hour. */
    public function allDue(): void
    {
        Capsule::table(Schema::OUTBOX)->where('state', self::WAITING)->where('attempts', '>', 0)
            ->where('next_at', '>', $this->now())->update(['next_at' => $this->now()]);
    }

    public function revive(int $number): void
    {
        Capsule::table(Schema::OUTBOX)->where('id', $number)->where('state', self::DEAD)->update([
            'state' => self::WAITING, 'attempts' => 0, 'next_at' => $this->now(),
            'recorded_at' => (int) round(($this->clock)() * 1000),
        ]);
    }

    /** The portal has applied everything up to this number: nothing of it need be sent any more. */
    public function fetchedUpTo(int $number): void
    {
        Capsule::table(Schema::OUTBOX)->where('state', self::WAITING)->where('id', '<=', $number)
            ->update(['state' => self::FETCHED]);
    }

    /** @return \stdClass[] by number */
    public function afterNumber(int $number, int $most): array
    {
        return Capsule::table(Schema::OUTBOX)->where('id', '>', $number)->orderBy('id')->limit($most)->get()->all();
    }

    /** @return \stdClass[] newest first */
    public function latest(int $most): array
    {
        return Capsule::table(Schema::OUTBOX)->orderBy('id', 'desc')->limit($most)->get()->all();
    }

    /** @return \stdClass[] newest first */
    public function dead(int $most): array
    {
        return Capsule::table(Schema::OUTBOX)->where('state', self::DEAD)->orderBy('id', 'desc')->limit($most)
            ->get()->all();
    }

    public function count(int $state): int
    {
        return Capsule::table(Schema::OUTBOX)->where('state', $state)->count();
    }

    public function newest(): int
    {
        return (int) Capsule::table(Schema::OUTBOX)->max('id');
    }

    public function oldest(): int
    {
        return (int) Capsule::table(Schema::OUTBOX)->min('id');
    }

    /** Some row must always stay: an old MySQL that restarts with an empty table begins its numbers again. */
    public function prune(): void
    {
        $table = Capsule::table(Schema::OUTBOX);
        (clone $table)->whereIn('state', [self::DELIVERED, self::FETCHED])
            ->where('recorded_at', '<', $this->daysAgo(self::KEEP_DAYS) * 1000)->delete();
        $table->where('recorded_at', '<', $this->daysAgo(self::KEEP_ALL_DAYS) * 1000)->delete();
        Capsule::table(Schema::ORDERS)->where('made_at', '<', $this->daysAgo(self::KEEP_ALL_DAYS))->delete();
    }

    private function daysAgo(int $days): int
    {
        return $this->now() - $days * 86400;
    }
}
