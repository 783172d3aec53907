# ruff: noqa: RUF001 - Japanese has its own brackets and colons
"""Words that a native reader mended once: they stay as they were mended."""

import pytest

from counterfoil.web.text.catalogue import in_context, translator

SEVERAL = (
    "This is a payment of several invoices at once. Those invoices are listed separately; there is nothing more to pay."
)
JAPANESE = {
    "Amount due": "お支払い残額",
    "Pay": "支払う",
    "Payments": "お支払い履歴",
    "Updated %(time)s": "最終更新：%(time)s",
    "Refresh": "最新の情報に更新",
    "%(one)s, %(other)s": "%(one)s（%(other)s）",
    "Monthly": "月払い",
    "Yearly": "年払い",
    "Tax ID": "納税者番号",
    in_context("Japan", "Tax ID"): "登録番号（T＋13桁）",
    "Tax %(rate)s": "税額（%(rate)s）",
    "Cancelled": "取消済み",
    "Withdrawn": "取り下げ済み",
    "Declined": "辞退済み",
    "The billing system is unavailable. Please try again.": (
        "ただいま請求システムをご利用いただけません。恐れ入りますが、しばらくしてからもう一度お試しください。"
    ),
    "Something went wrong on our side. Please try again later.": (
        "申し訳ございません。問題が発生しました。しばらくしてからもう一度お試しください。"
    ),
    "There is nothing here.": "お探しのページは見つかりませんでした。",
    "Reference": "お問い合わせ番号",
    in_context("payment", "Reference"): "取引番号",
    "We are setting up your order. This page updates by itself.": (
        "ご注文のサービスを準備しています。このページは自動的に更新されます。"
    ),
    "Your order is active. Thank you.": "サービスをご利用いただけるようになりました。ありがとうございます。",
    "Being set up": "準備中",
    "Town or city": "市区町村",
    "Address": "住所",
    "Two versions": "内容の比較",
    "Yours": "入力した内容",
    "Discard yours and keep what is stored": "入力内容を破棄して、保存済みの内容を使う",
    "Nothing to pay.": "お支払いが必要な請求書はありません。",
    "Main": "メインメニュー",
}
GERMAN = {
    "Tax ID": "USt-IdNr.",
    "Overview": "Übersicht",
    "Your payment method expires soon.": "Ihre hinterlegte Karte läuft bald ab.",
    "Payment methods": "Zahlungsmittel",
    "Payment method": "Zahlungsart",
    "Switch account": "Kundenkonto wechseln",
    "Paid in the last 12 months, %(currency)s": "Zahlungen der letzten 12 Monate (%(currency)s)",
    "Previous": "Vorherige",
    "Next": "Nächste",
    SEVERAL: (
        "Sammelzahlung für mehrere Rechnungen. Die einzelnen Rechnungen "
        "sind separat aufgeführt; zusätzlich ist nichts zu zahlen."  # codespell:ignore
    ),
}
FRENCH = {
    "Tax ID": "N° de TVA",
    in_context("filter", "Paid"): "Payées",
    "Ended": "Terminé",
    in_context("subscription", "Cancelled"): "Résilié",
    "Expires %(month)s": "Expire fin %(month)s",
    "From": "Émetteur",
    "Monthly": "Mensuel",
    "Setup, once": "Frais de mise en service (uniques)",
}
SPANISH = {
    in_context("filter", "Overdue"): "Vencidas",
    in_context("filter", "Paid"): "Pagadas",
    in_context("amount", "Overdue"): "Vencido",
    "Tax ID": "NIF / IVA",
    "From": "Emisor",
    "Expires %(month)s": "Válida hasta %(month)s",
    in_context("card", "Expired"): "Caducada",
}
WORDS = [
    (language, text, words)
    for language, known in (("ja", JAPANESE), ("de", GERMAN), ("fr", FRENCH), ("es", SPANISH))
    for text, words in known.items()
]


@pytest.mark.parametrize(("language", "text", "words"), WORDS, ids=[f"{each[0]} {each[1][:30]}" for each in WORDS])
def test_words_that_were_mended(language: str, text: str, words: str) -> None:
    """A text that stands for two things has a context for each."""
    assert translator(language)(text) == words
