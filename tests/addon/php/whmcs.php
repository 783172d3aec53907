<?php

/**
 * As much of a WHMCS as the addon touches: its documented functions, and the columns that the addon reads.
 *
 * Written from WHMCS's developer documentation and from what modules of others show; none of it is WHMCS's.
 */

use Illuminate\Database\Capsule\Manager;

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    // What the library itself is warned of by this PHP is its own affair.
    if (strpos($file, '/usr/share/php/') === 0 || error_reporting() === 0) {
        return true;
    }
    throw new ErrorException($message, 0, $level, $file, $line);
});

require_once 'Illuminate/Database/autoload.php';

define('WHMCS', true);

final class Whmcs
{
    /** @var float|null Unix time, when it does not pass by itself */
    public static $now;

    /** @var array<string, array<int, callable[]>> hook => priority => functions */
    public static $hooks = [];

    /** @var bool what localAPI says when asked to do anything */
    public static $isBroken = false;

    /** @var int|null kill -9 before this many more statements */
    public static $statementsLeft;

    /** @var float seconds that AddOrder takes */
    public static $addOrderTakes = 0.0;

    /** @var bool kill -9 inside AddOrder, when the order is there */
    public static $diesInAddOrder = false;

    public static function now(): float
    {
        return self::$now ?? microtime(true);
    }

    public static function connect(array $database): void
    {
        $manager = new Manager();
        $manager->addConnection($database + ['prefix' => '', 'charset' => 'utf8']);
        $manager->setAsGlobal();
        class_alias(Manager::class, 'WHMCS\Database\Capsule');
        if ($database['driver'] === 'sqlite') {
            Manager::connection()->statement('PRAGMA busy_timeout = 10000');
            Manager::connection()->statement('PRAGMA journal_mode = WAL');
        }
        Manager::connection()->beforeExecuting(static function (): void {
            if (self::$statementsLeft !== null && self::$statementsLeft-- <= 0) {
                self::dies();
            }
        });
    }

    public static function dies(): void
    {
        posix_kill(getmypid(), SIGKILL);
    }

    public static function install(): void
    {
        $tables = [
            'tbladdonmodules' => ['module' => 'string', 'setting' => 'string', 'value' => 'text'],
            'tblconfiguration' => ['setting' => 'string', 'value' => 'text'],
            'tblinvoices' => ['userid' => 'integer', 'status' => 'string', 'total' => 'string'],
            'tblorders' => ['userid' => 'integer', 'invoiceid' => 'integer'],
            'tblhosting' => ['userid' => 'integer', 'orderid' => 'integer', 'packageid' => 'integer'],
            'tblquotes' => ['userid' => 'integer'],
            'tblaccounts' => ['userid' => 'integer', 'invoiceid' => 'integer', 'transid' => 'string'],
            'tblactivitylog' => ['description' => 'text', 'userid' => 'integer'],
            'tblapi_roles' => ['role' => 'string', 'permissions' => 'text'],
        ];
        foreach ($tables as $name => $columns) {
            Manager::schema()->create($name, static function ($table) use ($columns) {
                $table->increments('id');
                foreach ($columns as $column => $type) {
                    $table->$type($column)->nullable();
                }
            });
        }
    }

    /** @param mixed $vars */
    public static function run(string $hook, $vars): void
    {
        $byPriority = self::$hooks[$hook] ?? [];
        ksort($byPriority);
        foreach (array_merge([], ...$byPriority) as $function) {
            $function($vars);
        }
    }
}

function add_hook(string $name, int $priority, callable $function): void
{
    Whmcs::$hooks[$name][$priority][] = $function;
}

function logActivity(string $message, int $userId = 0): void
{
    Manager::table('tblactivitylog')->insert(['description' => $message, 'userid' => $userId]);
    Whmcs::run('LogActivity', ['description' => $message, 'user' => 'System', 'userid' => $userId, 'ipaddress' => '']);
}

function localAPI(string $command, array $values = [], string $adminUser = ''): array
{
    if (Whmcs::$isBroken) {
        return ['result' => 'error', 'message' => 'Something broke'];
    }
    switch ($command) {
        case 'DecryptPassword':
            return ['result' => 'success', 'password' => (string) base64_decode(strrev($values['password2']))];
        case 'GetInvoice':
            $row = Manager::table('tblinvoices')->where('id', $values['invoiceid'])->first();
            if ($row === null) {
                return ['result' => 'error', 'message' => 'Invoice ID Not Found'];
            }
            return [
                'result' => 'success', 'invoiceid' => $row->id, 'invoicenum' => '', 'userid' => $row->userid,
                'date' => '2026-11-01', 'duedate' => '2026-11-15', 'datepaid' => '0000-00-00 00:00:00',
                'subtotal' => $row->total, 'credit' => '0.00', 'tax' => '0.00', 'tax2' => '0.00',
                'total' => $row->total, 'balance' => $row->total, 'taxrate' => '0.00', 'taxrate2' => '0.00',
                'status' => $row->status, 'paymentmethod' => 'stripe', 'notes' => '', 'ccgateway' => true,
                'items' => ['item' => []], 'transactions' => '',
            ];
        case 'AddOrder':
            return whmcs_add_order($values);
        default:
            return ['result' => 'error', 'message' => 'Command Not Found'];
    }
}

function whmcs_add_order(array $values): array
{
    if (($values['paymentmethod'] ?? '') !== 'stripe') {
        return ['result' => 'error', 'message' => 'Invalid Payment Method. Valid options include stripe'];
    }
    usleep((int) (Whmcs::$addOrderTakes * 1e6));
    $invoice = Manager::table('tblinvoices')->insertGetId(['userid' => $values['clientid'], 'status' => 'Unpaid']);
    $order = Manager::table('tblorders')->insertGetId(['userid' => $values['clientid'], 'invoiceid' => $invoice]);
    $services = [];
    foreach ($values['pid'] as $product) {
        $services[] = Manager::table('tblhosting')->insertGetId([
            'userid' => $values['clientid'], 'orderid' => $order, 'packageid' => $product,
        ]);
    }
    if (Whmcs::$diesInAddOrder) {
        Whmcs::dies();
    }
    return [
        'result' => 'success', 'orderid' => $order, 'serviceids' => implode(',', $services), 'invoiceid' => $invoice,
    ];
}
