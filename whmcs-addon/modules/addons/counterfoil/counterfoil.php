<?php

/**
 * Counterfoil for WHMCS: what WHMCS's admin area asks of the module. What happens on a change: hooks.php.
 *
 * https://developers.whmcs.com/addon-modules/
 */

if (!defined('WHMCS')) {
    exit('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/autoload.php';

use Counterfoil\Addon;
use Counterfoil\Schema;
use Counterfoil\StatusPage;

function counterfoil_config()
{
    return [
        'name' => 'Counterfoil',
        'description' => 'Tells the Counterfoil portal at once what has changed here. It sends ids, never data.',
        'version' => Addon::VERSION,
        'author' => 'Counterfoil',
        'fields' => [
            'portal_url' => [
                'FriendlyName' => 'Address of the portal',
                'Type' => 'text',
                'Size' => '60',
                'Description' => 'As customers open it, such as https://billing.example.com',
            ],
            'webhook_secret' => [
                'FriendlyName' => 'Webhook secret',
                'Type' => 'password',
                'Size' => '60',
                'Description' => 'whsec_..., the same as COUNTERFOIL_WEBHOOK_SECRET in the portal. '
                    . 'While it is being replaced: both, the new one first, with a comma between them.',
            ],
            'catch_all' => [
                'FriendlyName' => 'Follow the activity log',
                'Type' => 'yesno',
                'Default' => 'on',
                'Description' => 'Tells of every client that the activity log names. Catches what no hook tells; '
                    . 'costs the portal some reading. Recommended.',
            ],
        ],
    ];
}

function counterfoil_activate()
{
    try {
        Schema::create();
    } catch (\Throwable $error) {
        return ['status' => 'error', 'description' => 'The tables could not be made: ' . $error->getMessage()];
    }
    return [
        'status' => 'success',
        'description' => 'Now give it the address and the secret of the portal below, allow yourself access to it, '
            . 'and send a test message from Addons > Counterfoil.',
    ];
}

function counterfoil_deactivate()
{
    try {
        Schema::drop();
    } catch (\Throwable $error) {
        return ['status' => 'error', 'description' => 'The tables could not be dropped: ' . $error->getMessage()];
    }
    return ['status' => 'success', 'description' => 'The portal now sees changes only when what it keeps runs out.'];
}

function counterfoil_upgrade($vars)
{
    try {
        Schema::create();
    } catch (\Throwable $error) {
        logActivity('Counterfoil: the tables could not be brought up to date (' . get_class($error) . ')', 0);
    }
}

function counterfoil_output($vars)
{
    echo StatusPage::of(Addon::instance())->answer($vars, $_POST);
}
