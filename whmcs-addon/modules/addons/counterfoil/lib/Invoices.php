<?php

namespace Counterfoil;

/**
 * Several invoices of one client in one call, each exactly as GetInvoice answers it: no rule about money is here.
 */
final class Invoices
{
    private const MOST = 50;

    public static function answer(array $params): array
    {
        $client = (int) ($params['clientid'] ?? 0);
        $numbers = array_unique(array_map('intval', explode(',', (string) ($params['invoiceids'] ?? ''))));
        if ($client < 1 || min($numbers) < 1 || count($numbers) > self::MOST) {
            return ['result' => 'error', 'message' => 'clientid and up to 50 invoiceids are needed'];
        }
        $found = [];
        foreach ($numbers as $number) {
            $answer = localAPI('GetInvoice', ['invoiceid' => $number]);
            if (($answer['result'] ?? '') === 'success') {
                if ((int) ($answer['userid'] ?? 0) === $client) {
                    unset($answer['result']);
                    $found[] = $answer;
                }
            } elseif (stripos((string) ($answer['message'] ?? ''), 'Invoice ID Not Found') !== 0) {
                // All or nothing: a part would look like the whole.
                return ['result' => 'error', 'message' => 'GetInvoice did not answer'];
            }
        }
        return ['result' => 'success', 'clientid' => $client, 'invoices' => ['invoice' => $found]];
    }
}
