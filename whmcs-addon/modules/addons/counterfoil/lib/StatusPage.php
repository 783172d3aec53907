<?php

namespace Counterfoil;

/**
 * What the admin area shows of the module: whether messages arrive, which did not, and what to do about it. No secrets.
 */
final class StatusPage
{
    private const STATES = [
        Outbox::WAITING => 'waiting',
        Outbox::DELIVERED => 'delivered',
        Outbox::DEAD => 'given up',
        Outbox::FETCHED => 'fetched by the portal',
    ];

    /** @var Addon */
    private $addon;

    /** @var Outbox */
    private $outbox;

    public static function of(Addon $addon): self
    {
        return new self($addon);
    }

    private function __construct(Addon $addon)
    {
        $this->addon = $addon;
        $this->outbox = $addon->outbox();
    }

    /** @param array $vars WHMCS's, with `modulelink` @param array $post the form */
    public function answer(array $vars, array $post): string
    {
        try {
            return $this->page($vars, $this->isOurs($post) ? $this->done($post) : '');
        } catch (\Throwable $error) {
            return self::box('danger', 'The page could not be made (' . get_class($error) . '). Are the tables there? '
                . 'Deactivating and activating the module makes them again.');
        }
    }

    /** Whether the form comes from this page and this session. */
    private function isOurs(array $post): bool
    {
        return is_string($post['counterfoil_token'] ?? null) && hash_equals(self::token(), $post['counterfoil_token']);
    }

    private static function token(): string
    {
        if (!is_string($_SESSION['counterfoil_token'] ?? null)) {
            $_SESSION['counterfoil_token'] = bin2hex(random_bytes(16));
        }
        return $_SESSION['counterfoil_token'];
    }

    private function done(array $post): string
    {
        switch ($post['counterfoil_do'] ?? '') {
            case 'test':
                return $this->tested();
            case 'again':
                $this->outbox->revive((int) ($post['number'] ?? 0));
                return self::box('info', 'It will be sent again.');
            case 'allow':
                return Roles::allow((int) ($post['role'] ?? 0))
                    ? self::box('success', 'The role has the three actions now.')
                    : self::box('danger', 'The role could not be changed.');
            default:
                return '';
        }
    }

    private function tested(): string
    {
        [$status, $version] = $this->addon->delivery()->ping();
        if ($status !== 204) {
            return self::box('danger', self::meaning($status));
        }
        if ($version !== Addon::VERSION) {
            return self::box('warning', 'The portal has received it. Its version is ' . ($version ?: 'not known')
                . ', this module\'s is ' . Addon::VERSION . ': install the module of the portal\'s release.');
        }
        return self::box('success', "The portal has received it. Both have version $version.");
    }

    private static function meaning(int $status): string
    {
        $meanings = [
            0 => 'No answer. Is the address right, and can this server reach it?',
            401 => 'The portal does not accept the signature. Are the secrets the same, and the clocks right?',
            404 => 'There is no portal at this address, or no secret is set in it.',
            503 => 'The portal cannot do it now; it will be sent again by itself.',
        ];
        if ($status >= 300 && $status < 400) {
            return "The portal answered $status, a redirect. Give the address to which it leads.";
        }
        return $meanings[$status] ?? "The portal answered $status instead of 204. Is it the portal?";
    }

    private function page(array $vars, string $message): string
    {
        $link = (string) ($vars['modulelink'] ?? '');
        $problem = Settings::load()->problem();
        $paused = (int) State::get('paused_until') - (int) $this->addon->now();
        return $message
            . ($problem === '' ? '' : self::box('danger', $problem . ' See Setup > Addon Modules.'))
            . ($paused <= 0 ? '' : self::box('warning', "The portal did not answer. Sent again in $paused s."))
            . '<p>Version ' . Addon::VERSION . '. Waiting: ' . $this->outbox->count(Outbox::WAITING)
            . '. Given up: ' . $this->outbox->count(Outbox::DEAD) . '. ' . self::text($this->asked()) . '</p>'
            . self::form($link, 'test', [], 'Send a test message')
            . $this->roles($link)
            . $this->given($link)
            . '<h3>Latest changes</h3>' . self::table($this->outbox->latest(25));
    }

    private function asked(): string
    {
        if (!preg_match('/^(\d+) (\d+)$/D', State::get('asked'), $found)) {
            return 'The portal has not asked for changes yet.';
        }
        $seconds = max(0, (int) $this->addon->now() - (int) $found[1]);
        return "The portal asked for changes $seconds s ago, and has all up to number $found[2].";
    }

    private function roles(string $link): string
    {
        $rows = '';
        foreach (Roles::all() as $role) {
            $rows .= '<tr><td>' . self::text($role['name']) . '</td><td>' . ($role['has']
                ? 'has the three actions'
                : self::form($link, 'allow', ['role' => $role['id']], 'Allow the three actions')) . '</td></tr>';
        }
        return '<h3>API actions</h3><p>The role of the portal\'s API credentials may also have '
            . implode(', ', Api::ACTIONS) . '. With them the portal makes lost messages good within 30 seconds and '
            . 'needs fewer calls. WHMCS\'s own dialogue drops them when it saves the role: then allow them again here.'
            . '</p><table class="table">' . ($rows ?: '<tr><td>No roles found.</td></tr>') . '</table>';
    }

    private function given(string $link): string
    {
        $dead = $this->outbox->dead(100);
        return $dead === [] ? '' : '<h3>Given up</h3>' . self::table($dead, static function ($row) use ($link) {
            return self::form($link, 'again', ['number' => $row->id], 'Send again');
        });
    }

    /** @param \stdClass[] $rows */
    private static function table(array $rows, ?callable $action = null): string
    {
        $html = '<table class="table table-condensed"><tr><th>Number</th><th>Event</th><th>Ids</th><th>Recorded</th>'
            . '<th>State</th><th>Attempts</th><th>HTTP status</th>' . ($action ? '<th></th>' : '') . '</tr>';
        foreach ($rows as $row) {
            $cells = [
                $row->id,
                $row->type,
                http_build_query(Events::sendable(Outbox::ids($row)), '', ' '),
                gmdate('Y-m-d H:i:s', (int) ($row->recorded_at / 1000)) . ' UTC',
                self::STATES[(int) $row->state] ?? '?',
                $row->attempts,
                $row->status === null ? '' : ((int) $row->status ?: 'no answer'),
            ];
            $html .= '<tr><td>' . implode('</td><td>', array_map([self::class, 'text'], $cells)) . '</td>'
                . ($action ? '<td>' . $action($row) . '</td>' : '') . '</tr>';
        }
        return $html . '</table>';
    }

    private static function form(string $link, string $do, array $fields, string $label): string
    {
        $hidden = '';
        foreach ($fields + ['counterfoil_do' => $do, 'counterfoil_token' => self::token()] as $name => $value) {
            $hidden .= '<input type="hidden" name="' . $name . '" value="' . self::text($value) . '">';
        }
        return '<form method="post" action="' . self::text($link) . '">' . $hidden
            . '<button class="btn btn-default btn-sm">' . self::text($label) . '</button></form>';
    }

    private static function box(string $kind, string $text): string
    {
        return '<div class="alert alert-' . $kind . '">' . self::text($text) . '</div>';
    }

    /** @param mixed $value */
    private static function text($value): string
    {
        return htmlspecialchars((string) $value, ENT_QUOTES, 'UTF-8');
    }
}
