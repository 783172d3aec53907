<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * A few values that all processes share; Schema makes them.
 */
final class State
{
    public static function get(string $name): string
    {
        return (string) Capsule::table(Schema::STATE)->where('name', $name)->value('value');
    }

    public static function put(string $name, string $value): void
    {
        Capsule::table(Schema::STATE)->where('name', $name)->update(['value' => $value]);
    }
}
