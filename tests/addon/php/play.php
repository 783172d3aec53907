<?php

/**
 * One PHP process of WHMCS: does the steps that it is given as JSON, prints what each gave, ends as any request does.
 */

require_once __DIR__ . '/whmcs.php';

use Illuminate\Database\Capsule\Manager;

$play = json_decode(stream_get_contents(STDIN), true);
$addon = $play['addon'] . '/modules/addons/counterfoil';
Whmcs::connect($play['database']);

$steps = [
    'install' => static function (): void {
        Whmcs::install();
    },
    'load' => static function () use ($addon): void {
        require_once $addon . '/counterfoil.php';
        Counterfoil\Addon::set(new Counterfoil\Addon([Whmcs::class, 'now']));
        require_once $addon . '/hooks.php';
    },
    'call' => static function (string $function, ...$arguments) {
        return $function(...$arguments);
    },
    'clock' => static function (?float $now): void {
        Whmcs::$now = $now;
    },
    'hook' => static function (string $name, $vars = []): int {
        $began = hrtime(true);
        Whmcs::run($name, $vars);
        return hrtime(true) - $began;
    },
    'hooks' => static function (string $name, string $key, int $from, int $to): void {
        for ($id = $from; $id < $to; $id++) {
            Whmcs::run($name, [$key => $id]);
        }
    },
    'api' => static function (string $action, array $params) use ($play): array {
        $_REQUEST = $params;
        require $play['addon'] . "/includes/api/$action.php";
        return $apiresults;
    },
    'page' => static function (array $post = []): string {
        $_POST = $post;
        ob_start();
        counterfoil_output(['modulelink' => 'addonmodules.php?module=counterfoil']);
        return ob_get_clean();
    },
    'form' => static function (array $post): string {
        // As the browser sends it: with the token of the page that it was given.
        ob_start();
        counterfoil_output(['modulelink' => 'addonmodules.php?module=counterfoil']);
        preg_match('/name="counterfoil_token" value="(\w+)"/', ob_get_clean(), $found);
        $_POST = $post + ['counterfoil_token' => $found[1]];
        ob_start();
        counterfoil_output(['modulelink' => 'addonmodules.php?module=counterfoil']);
        return ob_get_clean();
    },
    'sql' => static function (string $query, array $bindings = []): array {
        return preg_match('/^select/i', $query)
            ? Manager::connection()->select($query, $bindings)
            : [Manager::connection()->affectingStatement($query, $bindings)];
    },
    'begin' => static function (): void {
        Manager::connection()->beginTransaction();
    },
    'commit' => static function (): void {
        Manager::connection()->commit();
    },
    'rollback' => static function (): void {
        Manager::connection()->rollBack();
    },
    'set' => static function (string $name, $value): void {
        Whmcs::$$name = $value;
    },
    'server' => static function (string $name, string $value): void {
        $_SERVER[$name] = $value;
    },
    'die' => static function (): void {
        Whmcs::dies();
    },
    'log' => static function (string $message, int $client): void {
        logActivity($message, $client);
    },
    'until' => static function (string $file): void {
        while (!file_exists($file)) {
            usleep(5000);
            clearstatcache();
        }
    },
];

$_SESSION = [];
foreach ($play['steps'] as $step) {
    $name = array_shift($step);
    echo json_encode($steps[$name](...$step)), "\n";
}
