<?php

namespace Counterfoil;

/**
 * One message over the wire: the body, its signature (Standard Webhooks), one POST. No redirects, no retries.
 *
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
final class Sender
{
    private const LONGEST = 10.0;
    private const LARGEST_ANSWER = 65536;

    /** @var Settings */
    private $settings;

    /** @var callable(): float */
    private $clock;

    /** @var \CurlHandle|resource|null kept, so that many messages share a connection */
    private $curl;

    /** @var string */
    private $portalVersion = '';

    public function __construct(Settings $settings, callable $clock)
    {
        $this->settings = $settings;
        $this->clock = $clock;
    }

    public function isReady(): bool
    {
        return $this->settings->problem() === '' && function_exists('curl_init');
    }

    /** As of the last answer. */
    public function portalVersion(): string
    {
        return $this->portalVersion;
    }

    /** The HTTP status; 0 when there was no answer within the seconds given. */
    public function send(\stdClass $row, float $within): int
    {
        $body = self::body($row);
        $this->portalVersion = '';
        $curl = $this->curl ?? ($this->curl = curl_init());
        $milliseconds = (int) max(100, min($within, self::LONGEST) * 1000);
        $read = 0;
        curl_setopt_array($curl, [
            CURLOPT_URL => $this->settings->webhookUrl(),
            CURLOPT_POST => true,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => $this->headers(self::messageId($row), $body),
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_TIMEOUT_MS => $milliseconds,
            CURLOPT_CONNECTTIMEOUT_MS => $milliseconds,
            CURLOPT_NOSIGNAL => true,
            CURLOPT_WRITEFUNCTION => static function ($curl, string $chunk) use (&$read): int {
                $read += strlen($chunk);
                return $read > self::LARGEST_ANSWER ? 0 : strlen($chunk);
            },
            CURLOPT_HEADERFUNCTION => function ($curl, string $line): int {
                if (preg_match('/^counterfoil-version:\s*([0-9A-Za-z.+-]{1,40})\s*$/i', $line, $found)) {
                    $this->portalVersion = $found[1];
                }
                return strlen($line);
            },
        ]);
        curl_exec($curl);
        return curl_errno($curl) === 0 ? (int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE) : 0;
    }

    /** The same on every attempt, so that the portal can tell a repeat. */
    public static function messageId(\stdClass $row): string
    {
        static $series;
        $series = $series ?? State::get('series');
        return 'cf_' . $series . '_' . $row->id;
    }

    private static function body(\stdClass $row): string
    {
        return json_encode([
            'type' => $row->type,
            'timestamp' => gmdate('Y-m-d\TH:i:s\Z', (int) ($row->recorded_at / 1000)),
            'data' => (object) Owners::complete([Outbox::ids($row)])[0],
        ]);
    }

    /** @return string[] */
    private function headers(string $id, string $body): array
    {
        $timestamp = (string) (int) ($this->clock)();
        $signatures = array_map(static function (string $key) use ($id, $timestamp, $body): string {
            return 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
        }, $this->settings->secrets());
        return [
            'Content-Type: application/json',
            'Expect:',
            'User-Agent: Counterfoil-WHMCS/' . Addon::VERSION,
            'webhook-id: ' . $id,
            'webhook-timestamp: ' . $timestamp,
            'webhook-signature: ' . implode(' ', $signatures),
        ];
    }
}
