<?php

namespace Counterfoil;

/**
 * Which hook of WHMCS means which event of the portal, and which ids of it may leave. Pure; an allow-list.
 *
 * Hooks hand over passwords (UserChangePassword), card fields (CCUpdate), whole clients: only what is named here, and
 * is a whole number, is ever looked at. Arguments: https://developers.whmcs.com/hooks-reference/
 */
final class Events
{
    /** Events that clear what depends on every client: the names of gateways, what turned overdue, what no hook told. */
    private const EVERYBODY = 'gateway.changed';

    private const CLIENT = ['client_id' => ['userid']];
    private const INVOICE = ['invoice_id' => ['invoiceid']];
    private const ORDER = ['order_id' => ['orderid']];
    private const QUOTE = ['quote_id' => ['quoteid']];
    private const SERVICE = ['service_id' => ['serviceid'], 'client_id' => ['userid', 'clientId']];
    private const MODULE = ['service_id' => ['params.serviceid'], 'client_id' => ['params.userid']];

    /**
     * Hook => its events: type, and for each id the names under which the hook gives it, the first that is there.
     * An event without any of its ids is none, unless it has none to have.
     */
    private const MAP = [
        'InvoiceCreation' => [['invoice.created', self::INVOICE]],
        'InvoiceCreated' => [['invoice.created', self::INVOICE]],
        'InvoicePaidPreEmail' => [['invoice.paid', self::INVOICE]],
        'InvoicePaid' => [['invoice.paid', self::INVOICE]],
        'InvoiceUnpaid' => [['invoice.unpaid', self::INVOICE]],
        'InvoiceCancelled' => [['invoice.cancelled', self::INVOICE]],
        'InvoiceRefunded' => [['invoice.refunded', self::INVOICE]],
        'AddInvoicePayment' => [['invoice.payment_added', self::INVOICE]],
        'AddInvoiceLateFee' => [['invoice.updated', self::INVOICE]],
        'UpdateInvoiceTotal' => [['invoice.updated', self::INVOICE]],
        'InvoiceChangeGateway' => [['invoice.updated', self::INVOICE]],
        'InvoiceSplit' => [
            ['invoice.updated', ['invoice_id' => ['originalinvoiceid']]],
            ['invoice.created', ['invoice_id' => ['newinvoiceid']]],
        ],
        // WHMCS's documentation spells it "invocieid".
        'AddTransaction' => [['transaction.added', self::CLIENT + ['invoice_id' => ['invoiceid', 'invocieid']]]],
        'ManualRefund' => [['transaction.added', ['transid' => ['transid']]]],
        'ClientAdd' => [['client.updated', ['client_id' => ['client_id', 'userid']]]],
        'ClientEdit' => [['client.updated', self::CLIENT]],
        'ClientClose' => [['client.closed', self::CLIENT]],
        'PreDeleteClient' => [['client.deleted', self::CLIENT]],
        'ClientDelete' => [['client.deleted', self::CLIENT]],
        'AfterClientMerge' => [
            ['client.merged', ['client_id' => ['toUserID'], 'merged_client_id' => ['fromUserID']]],
        ],
        'ContactAdd' => [['client.updated', self::CLIENT]],
        'ContactEdit' => [['client.updated', self::CLIENT]],
        'ContactDelete' => [['client.updated', self::CLIENT]],
        'CCUpdate' => [['payment_method.changed', self::CLIENT]],
        'ServiceEdit' => [['service.updated', self::SERVICE]],
        'ServiceDelete' => [['service.updated', self::SERVICE]],
        'ServiceRecurringCompleted' => [['service.updated', self::SERVICE]],
        'CancellationRequest' => [
            ['service.updated', ['service_id' => ['relid'], 'client_id' => ['userid']]],
        ],
        'AfterModuleCreate' => [['service.updated', self::MODULE]],
        'AfterModuleSuspend' => [['service.updated', self::MODULE]],
        'AfterModuleUnsuspend' => [['service.updated', self::MODULE]],
        'AfterModuleTerminate' => [['service.updated', self::MODULE]],
        'AfterModuleChangePackage' => [['service.updated', self::MODULE]],
        'OrderPaid' => [['order.updated', ['order_id' => ['orderId', 'orderid'], 'client_id' => ['userId', 'userid']]]],
        'AfterShoppingCartCheckout' => [['order.updated', ['order_id' => ['OrderID']]]],
        'AcceptOrder' => [['order.updated', self::ORDER]],
        'PendingOrder' => [['order.updated', self::ORDER]],
        'FraudOrder' => [['order.updated', self::ORDER]],
        'CancelOrder' => [['order.updated', self::ORDER]],
        'CancelAndRefundOrder' => [['order.updated', self::ORDER]],
        'DeleteOrder' => [['order.updated', self::ORDER]],
        'QuoteCreated' => [['quote.updated', self::QUOTE]],
        'QuoteStatusChange' => [['quote.updated', self::QUOTE]],
        'AcceptQuote' => [['quote.updated', self::QUOTE + self::INVOICE]],
        'UserAdd' => [['user.updated', ['user_id' => ['user_id']]]],
        'UserEdit' => [['user.updated', ['user_id' => ['user_id']]]],
        // Here `userid` is a user, not a client.
        'UserChangePassword' => [['user.password_changed', ['user_id' => ['userid']]]],
        'UserEmailVerificationComplete' => [['user.updated', ['user_id' => ['userId']]]],
        // No hook tells that an invoice became overdue, that a card expired, that a gateway was switched on.
        'DailyCronJob' => [[self::EVERYBODY, []]],
        'LogActivity' => [['client.updated', self::CLIENT]],
        'ClientAreaPage' => [
            ['payment_method.changed', ['client_id' => ['clientsdetails.id', 'clientsdetails.userid']]],
        ],
    ];

    /** They run before WHMCS begins what they tell of, which may take minutes: told again when the request ends. */
    private const BEFORE_THE_CHANGE = [
        'AcceptOrder', 'PendingOrder', 'FraudOrder', 'CancelOrder', 'CancelAndRefundOrder', 'DeleteOrder',
        'PreDeleteClient',
    ];

    /** What the portal's contract knows of each type; what else there is serves to find these. */
    private const SENT = ['invoice_id', 'client_id', 'merged_client_id', 'service_id', 'order_id', 'user_id'];

    /** @return string[] */
    public static function hooks(): array
    {
        return array_keys(self::MAP);
    }

    public static function isBeforeTheChange(string $hook): bool
    {
        return in_array($hook, self::BEFORE_THE_CHANGE, true);
    }

    /**
     * What a hook tells.
     *
     * @param mixed $vars whatever WHMCS hands over; mostly an array
     * @return array<int, array{0: string, 1: array<string, int|string>}> type and ids of each event
     */
    public static function of(string $hook, $vars): array
    {
        $vars = is_array($vars) ? $vars : [];
        $events = [];
        foreach (self::MAP[$hook] ?? [] as [$type, $wanted]) {
            $ids = [];
            foreach ($wanted as $name => $places) {
                $id = $name === 'transid' ? self::reference($vars) : self::first($vars, $places);
                if ($id !== null) {
                    $ids[$name] = $id;
                }
            }
            if ($ids !== [] || $wanted === []) {
                $events[] = [$type, $ids];
            }
        }
        return $events;
    }

    /** @param array<string, mixed> $ids @return array<string, int> what may leave */
    public static function sendable(array $ids): array
    {
        return array_filter(
            array_intersect_key($ids, array_flip(self::SENT)),
            static function ($id) {
                return is_int($id) && $id > 0;
            }
        );
    }

    private static function first(array $vars, array $places): ?int
    {
        foreach ($places as $place) {
            $value = $vars;
            foreach (explode('.', $place) as $key) {
                $value = is_array($value) ? ($value[$key] ?? null) : null;
            }
            $id = self::id($value);
            if ($id !== null) {
                return $id;
            }
        }
        return null;
    }

    /** @param mixed $value */
    private static function id($value): ?int
    {
        if (is_string($value) && preg_match('/^[0-9]{1,18}$/D', $value)) {
            $value = (int) $value;
        }
        return is_int($value) && $value > 0 ? $value : null;
    }

    /** The payment that a refund names; it is looked up here and goes no further. */
    private static function reference(array $vars): ?string
    {
        $value = $vars['transid'] ?? null;
        return is_string($value) && $value !== '' && strlen($value) <= 255 ? $value : null;
    }
}
