"""Words by which kind columns of other languages tell sales, returns and free copies.

They are proposed where a person maps a report; what a report means is kept with its mapping.
"""

import re

from royalties.domain.sales.slices import SaleKind
from royalties.ingest.report.declaration import normal
from royalties.ingest.report.mapping import KINDS

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 60
_SALES = frozenset(
    ("sale", "sales", "sold", "purchase", "verkauf", "verkäufe", "verkauft", "absatz", "abverkauf",
     "vente", "ventes", "vendu", "venta", "ventas", "vendido", "vendida", "vendita", "vendite",
     "venduto", "venda", "vendas", "verkoop", "verkocht", "salg", "solgt", "försäljning", "såld",
     "sålt", "myynti", "myyty", "sprzedaż", "sprzedane", "prodej", "prodáno", "predaj", "eladás",
     "vânzare", "satış", "продажа", "продажи", "продано", "πώληση", "販売", "売上", "销售", "銷售",
     "판매"),
)  # fmt: skip
_RETURNS = frozenset(
    ("return", "returns", "returned", "refund", "refunded", "remission", "remissionen", "retoure",
     "retouren", "rückgabe", "rückgaben", "rücksendung", "retour", "retours", "remboursement",
     "remboursé", "devolución", "devoluciones", "devuelto", "reembolso", "reso", "resi", "rimborso",
     "devolução", "devoluções", "devolvido", "retur", "returer", "returneret", "palautus",
     "palautukset", "zwrot", "zwroty", "vratka", "vrácení", "visszáru", "iade", "возврат",
     "возвраты", "επιστροφή", "返品", "返金", "退货", "退貨", "退款", "반품", "환불"),
)  # fmt: skip
_FREE = frozenset(
    ("free", "gratis", "complimentary", "freiexemplar", "freiexemplare", "rezensionsexemplar",
     "leseexemplar", "belegexemplar", "pflichtexemplar", "gratuit", "gratuite", "gratuits",
     "obsequio", "gratuito", "gratuita", "omaggio", "oferta", "presentexemplar", "frieksemplar",
     "frieksemplarer", "anmeldereksemplar", "friexemplar", "gratisexemplar", "presentieexemplaar",
     "recensie", "bezpłatny", "zdarma", "ücretsiz", "献本", "無料"),
)  # fmt: skip
_NOT = frozenset(
    ("no", "not", "non", "nicht", "kein", "keine", "ohne", "sin", "sans", "senza", "sem", "niet",
     "geen", "ikke", "inte", "ej", "ei", "nie", "cancelled", "canceled", "pending", "failed",
     "void", "storniert", "storno", "annulé", "annulée", "anulado", "anulada", "annullato",
     "cancelado", "cancelada", "geannuleerd", "annulleret", "annullert"),
)  # fmt: skip


def usual_kind(word: str) -> str:
    """The kind that a word of a kind column means in its language; empty where it tells none.

    >>> usual_kind("Remission"), usual_kind("Venta directa"), usual_kind("Storniert")
    ('return', 'sale', '')
    """
    kind = KINDS.get(normal(word))
    if isinstance(kind, SaleKind):
        return kind.word
    words = set(_WORD.findall(word.casefold())) if len(word) <= _LONGEST else set()
    if words & _NOT:
        return ""
    told = {
        kind.word
        for kind, known in (
            (SaleKind.SALE, _SALES), (SaleKind.RETURN, _RETURNS), (SaleKind.FREE, _FREE),
        )
        if words & known
    }  # fmt: skip
    # A sale that came back is a return; other words for two kinds tell nothing.
    told -= {SaleKind.SALE.word} if SaleKind.RETURN.word in told else set()
    return told.pop() if len(told) == 1 else ""
