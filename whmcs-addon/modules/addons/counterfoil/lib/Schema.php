<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * The module's tables: made on activation, dropped on deactivation.
 */
final class Schema
{
    public const OUTBOX = 'mod_counterfoil_outbox';
    public const STATE = 'mod_counterfoil_state';
    public const ORDERS = 'mod_counterfoil_orders';

    public static function create(): void
    {
        $schema = Capsule::schema();
        if (!$schema->hasTable(self::OUTBOX)) {
            $schema->create(self::OUTBOX, static function ($table) {
                $table->bigIncrements('id');
                $table->string('type', 40);
                $table->string('data', 255);
                $table->bigInteger('recorded_at'); // Unix time in milliseconds
                $table->tinyInteger('state')->default(Outbox::WAITING);
                $table->smallInteger('attempts')->default(0);
                $table->bigInteger('next_at'); // Unix seconds, as those below
                $table->bigInteger('claimed_until')->default(0);
                $table->smallInteger('status')->nullable();
                $table->bigInteger('answered_at')->nullable();
                $table->index(['state', 'next_at']);
            });
        }
        if (!$schema->hasTable(self::STATE)) {
            $schema->create(self::STATE, static function ($table) {
                $table->string('name', 40)->primary();
                $table->string('value', 255);
            });
            // The numbers of another table are other numbers: the portal must not take them for the same.
            $state = ['series' => bin2hex(random_bytes(6)), 'failures' => '0', 'paused_until' => '0', 'asked' => ''];
            foreach ($state as $name => $value) {
                Capsule::table(self::STATE)->insert(['name' => $name, 'value' => $value]);
            }
        }
        if (!$schema->hasTable(self::ORDERS)) {
            $schema->create(self::ORDERS, static function ($table) {
                $table->string('idempotency_key', 64)->primary();
                $table->string('fingerprint', 64);
                $table->bigInteger('client_id');
                $table->bigInteger('orders_before'); // the newest order when it began
                $table->text('answer')->nullable();
                $table->bigInteger('made_at');
            });
        }
    }

    public static function drop(): void
    {
        foreach ([self::OUTBOX, self::STATE, self::ORDERS] as $name) {
            Capsule::schema()->dropIfExists($name);
        }
    }
}
