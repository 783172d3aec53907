<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * WHMCS's API roles, which know custom actions but cannot be given them in WHMCS's own dialogue: that one writes only
 * the actions that it lists, and drops the others each time it saves a role.
 */
final class Roles
{
    /** @return array<int, array{id: int, name: string, has: bool}> none when the table is another than expected */
    public static function all(): array
    {
        try {
            $rows = Capsule::table('tblapi_roles')->orderBy('id')->get(['id', 'role', 'permissions'])->all();
        } catch (\Throwable $error) {
            return [];
        }
        $roles = [];
        foreach ($rows as $row) {
            $permissions = json_decode((string) $row->permissions, true);
            if (is_array($permissions)) {
                $has = array_diff(Api::ACTIONS, array_keys(array_filter($permissions))) === [];
                $roles[] = ['id' => (int) $row->id, 'name' => (string) $row->role, 'has' => $has];
            }
        }
        return $roles;
    }

    /** Adds the three actions to a role, and takes nothing away. */
    public static function allow(int $id): bool
    {
        $row = Capsule::table('tblapi_roles')->where('id', $id)->first(['permissions']);
        $permissions = $row === null ? null : json_decode((string) $row->permissions, true);
        if (!is_array($permissions)) {
            return false;
        }
        $permissions = array_fill_keys(Api::ACTIONS, 1) + $permissions;
        Capsule::table('tblapi_roles')->where('id', $id)->update(['permissions' => json_encode($permissions)]);
        return true;
    }
}
