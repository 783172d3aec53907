<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * AddOrder with an idempotency key: the same key and order, however often it comes, makes one order.
 *
 * WHMCS's AddOrder cannot be part of a transaction. So the key is written first, with the number of the newest order;
 * who comes back to a key without an answer, while nobody is at it, looks for the order among the newer ones.
 */
final class Orders
{
    /** What is handed on to AddOrder: https://developers.whmcs.com/api-reference/addorder/ */
    private const PARAMS = [
        'clientid', 'paymentmethod', 'pid', 'qty', 'billingcycle', 'domain', 'customfields', 'configoptions',
        'promocode', 'noinvoice', 'noinvoiceemail', 'noemail', 'clientip',
    ];

    /** @var callable(): float */
    private $clock;

    public function __construct(callable $clock)
    {
        $this->clock = $clock;
    }

    public function answer(array $params): array
    {
        $key = $params['idempotencykey'] ?? '';
        if (!is_string($key) || !preg_match('/^[A-Za-z0-9_-]{8,64}$/D', $key)) {
            return self::refused('idempotencykey is missing or malformed');
        }
        $order = array_intersect_key($params, array_flip(self::PARAMS));
        if ((int) ($order['clientid'] ?? 0) < 1 || !is_array($order['pid'] ?? null)) {
            return self::refused('clientid and pid are needed');
        }
        if (!self::lock($key)) {
            return self::refused('An order with this key is being placed');
        }
        try {
            return $this->once($key, $order);
        } finally {
            self::unlock($key);
        }
    }

    private function once(string $key, array $order): array
    {
        ksort($order);
        $fingerprint = hash('sha256', json_encode($order));
        $row = Capsule::table(Schema::ORDERS)->where('idempotency_key', $key)->first();
        if ($row === null) {
            Capsule::table(Schema::ORDERS)->insert([
                'idempotency_key' => $key,
                'fingerprint' => $fingerprint,
                'client_id' => (int) $order['clientid'],
                'orders_before' => (int) Capsule::table('tblorders')->max('id'),
                'made_at' => (int) ($this->clock)(),
            ]);
            return $this->place($key, $order);
        }
        if ($row->fingerprint !== $fingerprint) {
            return self::refused('This key was used for another order');
        }
        if ($row->answer !== null) {
            return json_decode($row->answer, true) + ['replayed' => 1];
        }
        return $this->found($row, $order);
    }

    private function place(string $key, array $order): array
    {
        $answer = localAPI('AddOrder', $order);
        if (($answer['result'] ?? '') === 'success') {
            return $this->keep($key, $answer);
        }
        return ['result' => 'error', 'message' => (string) ($answer['message'] ?? 'AddOrder did not answer')];
    }

    /** An earlier call with this key did not end; nobody is at it now. */
    private function found(\stdClass $row, array $order): array
    {
        $newer = Capsule::table('tblorders')->where('userid', $row->client_id)->where('id', '>', $row->orders_before)
            ->orderBy('id')->get(['id', 'invoiceid'])->all();
        $fitting = array_values(array_filter($newer, static function (\stdClass $one) use ($order): bool {
            return self::products($one->id) === self::sorted($order['pid']);
        }));
        if ($fitting === []) {
            return $this->place($row->idempotency_key, $order);
        }
        if (count($fitting) > 1) {
            return self::refused('It is not known whether the order was placed: more than one fits');
        }
        $services = Capsule::table('tblhosting')->where('orderid', $fitting[0]->id)->orderBy('id')->pluck('id')->all();
        return $this->keep($row->idempotency_key, [
            'result' => 'success',
            'orderid' => (int) $fitting[0]->id,
            'serviceids' => implode(',', $services),
            'invoiceid' => (int) $fitting[0]->invoiceid,
        ]);
    }

    private function keep(string $key, array $answer): array
    {
        Capsule::table(Schema::ORDERS)->where('idempotency_key', $key)->update(['answer' => json_encode($answer)]);
        return $answer;
    }

    /** @return int[] */
    private static function products(int $order): array
    {
        return self::sorted(Capsule::table('tblhosting')->where('orderid', $order)->pluck('packageid')->all());
    }

    /** @return int[] */
    private static function sorted(array $ids): array
    {
        $ids = array_map('intval', array_values($ids));
        sort($ids);
        return $ids;
    }

    private static function refused(string $message): array
    {
        return ['result' => 'error', 'message' => $message];
    }

    /** MySQL gives it back when the connection ends, so a killed process never keeps it. */
    private static function lock(string $key): bool
    {
        if (Capsule::connection()->getDriverName() !== 'mysql') {
            return true;
        }
        $row = Capsule::connection()->selectOne('SELECT GET_LOCK(?, 0) AS got', [self::lockName($key)]);
        return (int) $row->got === 1;
    }

    private static function unlock(string $key): void
    {
        if (Capsule::connection()->getDriverName() === 'mysql') {
            Capsule::connection()->selectOne('SELECT RELEASE_LOCK(?) AS done', [self::lockName($key)]);
        }
    }

    private static function lockName(string $key): string
    {
        return 'counterfoil_' . substr(hash('sha256', $key), 0, 40);
    }
}
