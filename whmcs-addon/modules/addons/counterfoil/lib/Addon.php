<?php

namespace Counterfoil;

/**
 * The way of a change: a hook is heard, recorded, and sent after the response; the cron does what was left.
 *
 * Nothing here ever throws into WHMCS, prints, or keeps more of a hook's arguments than the ids in Events.
 */
final class Addon
{
    public const VERSION = '0.2.0';

    /** Raised when the portal could misunderstand an answer of an older addon. */
    public const PROTOCOL = 1;

    /** Seconds in which the same event of one request is recorded once. The portal trusts nothing for longer after it. */
    private const SAME_FOR = 2.0;

    private const IN_A_REQUEST = ['messages' => 20, 'seconds' => 2.0];
    private const IN_THE_CRON = ['messages' => 2000, 'seconds' => 60.0];

    /** @var self|null */
    private static $instance;

    /** @var callable(): float Unix seconds */
    private $clock;

    /** @var Outbox */
    private $outbox;

    /** @var Settings|null */
    private $settings;

    /** @var array<string, float> event => when it was recorded last in this request */
    private $recorded = [];

    /** @var int[] numbers of this request */
    private $own = [];

    /** @var array<int, array{0: string, 1: array<string, int>}> to be told again at the end */
    private $again = [];

    /** @var bool */
    private $endsWithSending = false;

    /** @var bool */
    private $hasComplained = false;

    public static function instance(): self
    {
        return self::$instance ?? (self::$instance = new self(static function (): float {
            return microtime(true);
        }));
    }

    public static function set(self $addon): void
    {
        self::$instance = $addon;
    }

    /** @param callable(): float $clock */
    public function __construct(callable $clock)
    {
        $this->clock = $clock;
        $this->outbox = new Outbox($clock);
    }

    public function outbox(): Outbox
    {
        return $this->outbox;
    }

    public function delivery(): Delivery
    {
        return new Delivery($this->outbox, new Sender(Settings::load(), $this->clock), $this->clock);
    }

    public function now(): float
    {
        return ($this->clock)();
    }

    /** @param mixed $vars */
    public function heard(string $hook, $vars): void
    {
        $this->quietly(function () use ($hook, $vars) {
            if (!$this->isWanted($hook, $vars)) {
                return;
            }
            foreach (Events::of($hook, $vars) as [$type, $ids]) {
                $this->note($type, $ids, Events::isBeforeTheChange($hook));
            }
            if ($hook === 'DailyCronJob') {
                // It has just recorded a row itself, so that one stays.
                $this->outbox->prune();
            }
        });
    }

    private function note(string $type, array $ids, bool $isBeforeTheChange): void
    {
        if (isset($ids['transid'])) {
            $ids = Owners::ofPayment($ids['transid']);
            if ($ids === []) {
                return;
            }
        }
        if ($isBeforeTheChange) {
            // Afterwards nobody may know any more whose it was.
            $ids = Owners::complete([$ids])[0];
            $this->again[] = [$type, $ids];
        }
        $this->record($type, $ids);
    }

    /** WHMCS's cron, every five minutes: what could not be sent before. */
    public function cron(): void
    {
        $this->quietly(function () {
            $this->tellAgain();
            $own = $this->own;
            $this->own = [];
            $this->delivery()->flush($own, self::IN_THE_CRON['messages'], self::IN_THE_CRON['seconds']);
        });
    }

    /** @param mixed $vars */
    private function isWanted(string $hook, $vars): bool
    {
        if ($hook === 'LogActivity') {
            $this->settings = $this->settings ?? Settings::load();
            return $this->settings->followsActivityLog();
        }
        if ($hook === 'ClientAreaPage') {
            // Adding, deleting and choosing a default all come back to this page, and no hook tells of them.
            return strpos((string) ($_SERVER['REQUEST_URI'] ?? ''), 'paymentmethods') !== false;
        }
        return true;
    }

    /** One insert. The same event within a moment is the same news: the portal believes nothing for longer after it. */
    private function record(string $type, array $ids): void
    {
        $event = $type . json_encode($ids);
        $now = $this->now();
        if (isset($this->recorded[$event]) && $now - $this->recorded[$event] < self::SAME_FOR) {
            return;
        }
        $this->recorded[$event] = $now;
        $number = $this->outbox->add($type, $ids);
        if (count($this->own) < self::IN_A_REQUEST['messages']) {
            $this->own[] = $number;
        }
        $this->endWithSending();
    }

    private function endWithSending(): void
    {
        if ($this->endsWithSending) {
            return;
        }
        $this->endsWithSending = true;
        register_shutdown_function(function () {
            // Registered again from inside, it comes after whatever WHMCS itself does at the end.
            register_shutdown_function(function () {
                $this->quietly(function () {
                    $this->tellAgain();
                    self::endTheResponse();
                    $this->delivery()->flush($this->own, self::IN_A_REQUEST['messages'], self::IN_A_REQUEST['seconds']);
                });
            });
        });
    }

    private function tellAgain(): void
    {
        $again = $this->again;
        $this->again = [];
        $this->recorded = [];
        foreach ($again as [$type, $ids]) {
            $this->record($type, $ids);
        }
    }

    /** The visitor gets the page now, and is not kept from the next one by the lock on the session. */
    private static function endTheResponse(): void
    {
        if (PHP_SAPI === 'cli') {
            return;
        }
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_write_close();
        }
        if (function_exists('fastcgi_finish_request')) {
            fastcgi_finish_request();
        } elseif (function_exists('litespeed_finish_request')) {
            litespeed_finish_request();
        }
    }

    private function quietly(callable $work): void
    {
        try {
            $work();
        } catch (\Throwable $error) {
            $this->complain($error);
        }
    }

    /** Once a request, and without the message, which could quote data. */
    private function complain(\Throwable $error): void
    {
        if ($this->hasComplained) {
            return;
        }
        $this->hasComplained = true;
        try {
            logActivity('Counterfoil: a change could not be recorded or sent (' . get_class($error) . ')', 0);
        } catch (\Throwable $ignored) {
            // The database is away; WHMCS has more to say about that than we do.
        }
    }
}
