<?php

/**
 * Which changes the portal has missed. The work is done in modules/addons/counterfoil/lib.
 */

if (!defined('WHMCS')) {
    exit('This file cannot be accessed directly');
}

require_once dirname(__DIR__, 2) . '/modules/addons/counterfoil/lib/autoload.php';

// WHMCS answers with what this variable holds. A caller inside WHMCS (localAPI) gives its parameters in $apivalues1.
$apiresults = \Counterfoil\Api::answer('counterfoilchanges', (array) ($apivalues1 ?? $_REQUEST));
