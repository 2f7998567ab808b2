"""What one entry of each part of a setup is called in messages."""

ENTRY_WORDS = {
    "publisher": "publisher",
    "titles": "title",
    "retailers": "retailer",
    "contracts": "contract",
    "beneficiaries": "beneficiary",
    "plans": "plan",
    "exchange_rates": "exchange rate",
    "organizations": "organization",
    "price_lists": "price list",
    "payment_details": "payment details",
    "banks": "bank",
    "income": "income entry",
    "reports": "mapped report",
}
