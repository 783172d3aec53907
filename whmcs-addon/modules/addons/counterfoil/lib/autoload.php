<?php

/**
 * Finds the classes of this folder. WHMCS has no autoloading for addon modules.
 */

spl_autoload_register(static function ($class) {
    if (strncmp($class, 'Counterfoil\\', 12) === 0) {
        $file = __DIR__ . '/' . substr($class, 12) . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
