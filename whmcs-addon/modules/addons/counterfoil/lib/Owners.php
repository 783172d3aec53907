<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * Whose it is: many hooks name an invoice or an order and no client. Asked here, it saves the portal a call.
 *
 * When WHMCS has it no more, the client stays unnamed.
 */
final class Owners
{
    /** id => table that knows its client, and the column */
    private const TABLES = [
        'invoice_id' => ['tblinvoices', 'userid'],
        'order_id' => ['tblorders', 'userid'],
        'service_id' => ['tblhosting', 'userid'],
        'quote_id' => ['tblquotes', 'userid'],
    ];

    /** A manual refund names only the payment. @return array<string, int> */
    public static function ofPayment(string $transid): array
    {
        $payment = Capsule::table('tblaccounts')->where('transid', $transid)->orderBy('id')
            ->first(['userid', 'invoiceid']);
        return Events::sendable([
            'client_id' => (int) ($payment->userid ?? 0),
            'invoice_id' => (int) ($payment->invoiceid ?? 0),
        ]);
    }

    /**
     * What is sent of each event, with the client where it can be found: one query for each kind of id.
     *
     * @param array<int, array<string, int>> $all
     * @return array<int, array<string, int>> in the same order
     */
    public static function complete(array $all): array
    {
        foreach (self::TABLES as $name => [$table, $column]) {
            $wanted = [];
            foreach ($all as $ids) {
                if (!isset($ids['client_id']) && isset($ids[$name])) {
                    $wanted[] = $ids[$name];
                }
            }
            foreach (array_chunk(array_unique($wanted), 500) as $some) {
                $found = Capsule::table($table)->whereIn('id', $some)->pluck($column, 'id')->all();
                foreach ($all as &$ids) {
                    if (!isset($ids['client_id']) && isset($ids[$name], $found[$ids[$name]])) {
                        $ids['client_id'] = (int) $found[$ids[$name]];
                    }
                }
                unset($ids);
            }
        }
        return array_map([Events::class, 'sendable'], $all);
    }
}
