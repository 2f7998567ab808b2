"""Why payments come back, and what to correct, in words and with what to do.

Sources: the return reason and change codes of the Nacha Operating Rules (Appendices Four and Five),
those that a sender of credits can receive; ISO 20022's external code set of return reasons.
"""

_ASK = "ask the payee for other bank details"
_CHECK_DETAILS = "compare the account with what the payee sent, and correct it"
_CALL = "ask the payee's bank or your own"
_PAY_OTHERWISE = "agree with the payee on another way to be paid"

_ACH = {
    "R01": ("insufficient funds", _CALL),
    "R02": ("the account is closed", _ASK),
    "R03": ("there is no such account, or it is another person's", _CHECK_DETAILS),
    "R04": ("the account number is not one that the bank could have", _CHECK_DETAILS),
    "R06": ("your own bank asked for the money back", "ask your own bank"),
    "R07": ("the payee withdrew their agreement", _PAY_OTHERWISE),
    "R08": ("the payment was stopped", _CALL),
    "R09": ("uncollected funds", _CALL),
    "R10": ("the account's holder did not agree to this entry", _PAY_OTHERWISE),
    "R11": ("the entry was not as agreed", _PAY_OTHERWISE),
    "R12": ("the account was sold to another bank", _ASK),
    "R13": ("the routing number is no bank's", _CHECK_DETAILS),
    "R14": ("the person who received it for the payee has died, or cannot go on", _ASK),
    "R15": ("the payee or the account's holder has died", "ask the estate who is to be paid"),
    "R16": ("the account is frozen, by a court or by sanctions law", "pay nothing; ask your bank"),
    "R17": ("the bank could not process the entry, or takes it for a fraud", _CALL),
    "R18": ("the day of the payment was not possible", "ask your own bank"),
    "R19": ("the amount was not possible", "ask your own bank"),
    "R20": ("the account takes no payments", _ASK),
    "R21": ("the house's company ID is not right", "compare it with your bank's set-up sheet"),
    "R22": ("the payee's identification number is not right", _CHECK_DETAILS),
    "R23": ("the payee refused the money", "ask the payee why before paying again"),
    "R24": ("the bank takes it for a duplicate", "look whether it was paid twice"),
    "R25": ("the addenda record is not right", "ask your own bank"),
    "R26": ("a required field is not right", "ask your own bank"),
    "R27": ("the trace number is not right", "ask your own bank"),
    "R28": ("the routing number's check digit is not right", _CHECK_DETAILS),
    "R29": ("the organization did not agree to this entry", _PAY_OTHERWISE),
    "R30": ("the bank does not take this kind of entry", _PAY_OTHERWISE),
    "R31": ("the organization's bank sends it back, as agreed with your bank", _CALL),
    "R32": ("the banks could not settle it", "ask your own bank"),
    "R33": ("returned by its receiver", _CALL),
    "R34": ("the bank may take part in the network only in part", _PAY_OTHERWISE),
    "R61": ("sent back to the wrong bank", "ask your own bank"),
    "R62": ("a wrong entry was reversed", "ask your own bank"),
    "R67": ("returned twice", "ask your own bank"),
    "R68": ("returned too late", "ask your own bank"),
    "R69": ("fields of the return are not right", "ask your own bank"),
    "R80": ("an international entry was not coded as one", "ask your own bank"),
    "R83": ("the foreign bank could not be paid", _PAY_OTHERWISE),
    "R84": ("no gateway carried it abroad", _PAY_OTHERWISE),
    "R85": ("an international entry was sent as a domestic one", "pay it by wire or ISO 20022"),
}

_CHANGES = {
    "C01": "the account number is another",
    "C02": "the routing number is another",
    "C03": "routing number and account number are others",
    "C04": "the name is another",
    "C05": "the type of the account is another",
    "C06": "account number and type are others",
    "C07": "routing number, account number and type are others",
    "C08": "the foreign bank's number is another",
    "C09": "the payee's identification number is another",
    "C13": "the addenda record is not in its form",
    "C14": "the entry should be an international one",
}

_ISO = {
    "AC01": ("the account number is not right", _CHECK_DETAILS),
    "AC03": ("the payee's account number is not right", _CHECK_DETAILS),
    "AC04": ("the account is closed", _ASK),
    "AC06": ("the account is blocked", _ASK),
    "AC14": ("the account's type is not right", _CHECK_DETAILS),
    "AG01": ("the account takes no such payments", _ASK),
    "AG02": ("the bank does not take this kind of payment", _PAY_OTHERWISE),
    "AM04": ("insufficient funds", "look at your own account"),
    "AM05": ("the bank takes it for a duplicate", "look whether it was paid twice"),
    "AM09": ("the amount is not right", _CALL),
    "BE01": ("name and account do not fit together", _CHECK_DETAILS),
    "BE04": ("the address is missing or not right", "complete the payee's address"),
    "BE05": ("the bank does not know who paid", "ask your own bank"),
    "CNOR": ("the payee's bank is not reachable this way", _PAY_OTHERWISE),
    "CUST": ("the payee, or the house, asked for it", _CALL),
    "DNOR": ("your own bank is not reachable this way", "ask your own bank"),
    "DT01": ("the day is not possible", "ask your own bank"),
    "FOCR": ("sent back since the house asked for it", "look who recalled it"),
    "FR01": ("the bank takes it for a fraud", _CALL),
    "MD07": ("the payee has died", "ask the estate who is to be paid"),
    "MS02": ("the payee gave no reason", "ask the payee"),
    "MS03": ("the bank gave no reason", _CALL),
    "NARR": ("the reason stands in the bank's text", "read what the bank writes"),
    "RC01": ("the bank's BIC or number is not right", _CHECK_DETAILS),
    "RC04": ("the payee's bank is not right", _CHECK_DETAILS),
    "RR01": ("the payer's account is missing", "ask your own bank"),
    "RR02": ("the payer's name or address is missing", "complete the house's address"),
    "RR03": ("the payee's name or address is missing", "complete the payee's address"),
    "RR04": ("for reasons of law", "ask your own bank"),
    "TM01": ("it came after the bank's hours", "pay it again"),
    "UPAY": ("the payment is not justified", _CALL),
}

_KNOWN = {**_ACH, **_ISO, **{code: (said, "") for code, said in _CHANGES.items()}}
_CONFIRM = "ask the payee whether that is right; two people confirm it before the next payment"


def reason(code: str) -> str:
    """Why a payment came back, or what a notice corrects, in words.

    >>> reason("R02")
    'the account is closed'
    >>> reason("ZZ99")
    'the bank names the reason ZZ99'
    """
    return _KNOWN[code][0] if code in _KNOWN else f"the bank names the reason {code}"


def remedy(code: str) -> str:
    """What to do about it.

    >>> remedy("R02")
    'ask the payee for other bank details'
    """
    return (_KNOWN[code][1] if code in _KNOWN else _CALL) or _CONFIRM


def is_known(code: str) -> bool:
    """Whether a code is one of those known here."""
    return code in _KNOWN
