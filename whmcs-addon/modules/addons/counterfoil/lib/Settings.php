<?php

namespace Counterfoil;

use WHMCS\Database\Capsule;

/**
 * The module's settings, as WHMCS keeps them in tbladdonmodules.
 */
final class Settings
{
    private const MODULE = 'counterfoil';
    private const PREFIX = 'whsec_';
    private const SHORTEST_SECRET = 24;
    private const MOST_SECRETS = 5;

    /** @var string */
    public $portalUrl;

    /** @var string[] raw keys; what is no secret is left out */
    private $secrets;

    /** @var bool */
    private $catchAll;

    /** @param array<string, string> $values */
    public function __construct(array $values)
    {
        $this->portalUrl = rtrim(trim((string) ($values['portal_url'] ?? '')), '/');
        $this->secrets = self::keys((string) ($values['webhook_secret'] ?? ''));
        $this->catchAll = ($values['catch_all'] ?? 'on') === 'on';
    }

    public static function load(): self
    {
        $rows = Capsule::table('tbladdonmodules')->where('module', self::MODULE)->get(['setting', 'value']);
        $values = [];
        foreach ($rows as $row) {
            $values[$row->setting] = html_entity_decode((string) $row->value, ENT_QUOTES);
        }
        return new self($values);
    }

    public function followsActivityLog(): bool
    {
        return $this->catchAll;
    }

    /** @return string[] */
    public function secrets(): array
    {
        return $this->secrets;
    }

    public function webhookUrl(): string
    {
        return $this->portalUrl . '/webhooks/whmcs';
    }

    /** What is wrong, in words for the status page; empty when messages can be sent. */
    public function problem(): string
    {
        $scheme = strtolower((string) parse_url($this->portalUrl, PHP_URL_SCHEME));
        if (!in_array($scheme, ['http', 'https'], true) || !parse_url($this->portalUrl, PHP_URL_HOST)) {
            return 'The address of the portal is missing, or is none.';
        }
        if ($this->secrets === []) {
            return 'The webhook secret is missing, or is none: it begins with whsec_ and is long.';
        }
        return '';
    }

    /** @return string[] */
    private static function keys(string $given): array
    {
        $given = trim($given);
        if ($given !== '' && strpos($given, self::PREFIX) === false) {
            // Some versions keep password fields encrypted.
            $answer = localAPI('DecryptPassword', ['password2' => $given]);
            $given = (string) ($answer['password'] ?? '');
        }
        $keys = [];
        foreach (explode(',', $given) as $secret) {
            $secret = trim($secret);
            if (strncmp($secret, self::PREFIX, strlen(self::PREFIX)) !== 0) {
                continue;
            }
            $key = base64_decode(substr($secret, strlen(self::PREFIX)), true);
            if ($key !== false && strlen($key) >= self::SHORTEST_SECRET) {
                $keys[] = $key;
            }
        }
        return array_slice($keys, 0, self::MOST_SECRETS);
    }
}
