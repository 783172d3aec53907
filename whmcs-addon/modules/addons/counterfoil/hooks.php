<?php

/**
 * Registers the hooks. WHMCS loads this file on every page while the module is active, so it only registers.
 *
 * https://developers.whmcs.com/hooks/
 */

if (!defined('WHMCS')) {
    exit('This file cannot be accessed directly');
}

require_once __DIR__ . '/lib/autoload.php';

use Counterfoil\Addon;
use Counterfoil\Events;

// After other modules' hooks (lower numbers run first): what they change is told as well.
foreach (Events::hooks() as $counterfoilHook) {
    add_hook($counterfoilHook, 100, static function ($vars = null) use ($counterfoilHook) {
        Addon::instance()->heard($counterfoilHook, $vars);
    });
}
unset($counterfoilHook);

add_hook('AfterCronJob', 100, static function () {
    Addon::instance()->cron();
});
