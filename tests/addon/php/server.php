<?php

/**
 * WHMCS's API as a web server: `php -S 127.0.0.1:PORT server.php`. One of these requests is one PHP process' work.
 */

require_once __DIR__ . '/whmcs.php';

header('Content-Type: application/json');
if (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '/includes/api.php') {
    http_response_code(404);
    return;
}
Whmcs::connect(json_decode(getenv('DATABASE'), true));
$action = strtolower((string) ($_POST['action'] ?? ''));
$role = json_decode((string) Illuminate\Database\Capsule\Manager::table('tblapi_roles')->value('permissions'), true);
$file = getenv('ADDON') . '/includes/api/' . $action . '.php';
if (empty($role[$action])) {
    http_response_code(403);
    $apiresults = ['result' => 'error', 'message' => "Invalid Permissions: API action \"$action\" is not allowed"];
} elseif (!preg_match('/^[a-z]+$/D', $action) || !is_file($file)) {
    $apiresults = ['result' => 'error', 'message' => 'Command Not Found'];
} else {
    require getenv('ADDON') . '/modules/addons/counterfoil/hooks.php';
    require $file;
}
echo json_encode($apiresults);
