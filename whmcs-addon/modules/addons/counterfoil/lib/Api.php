<?php

namespace Counterfoil;

/**
 * The custom API actions: files in includes/api/ that hand over here. WHMCS has checked credentials, address and role.
 */
final class Api
{
    public const ACTIONS = ['counterfoilchanges', 'counterfoilinvoices', 'counterfoilorder'];

    /** WHMCS's answer to the action; never throws. */
    public static function answer(string $action, array $params): array
    {
        $clock = static function (): float {
            return Addon::instance()->now();
        };
        try {
            switch ($action) {
                case 'counterfoilchanges':
                    return (new Changes(Addon::instance()->outbox(), $clock))->answer($params);
                case 'counterfoilinvoices':
                    return Invoices::answer($params);
                default:
                    return (new Orders($clock))->answer($params);
            }
        } catch (\Throwable $error) {
            // The message could quote data.
            return ['result' => 'error', 'message' => 'Counterfoil: ' . get_class($error)];
        }
    }
}
