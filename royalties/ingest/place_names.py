"""Names of countries and regions that people write and the library lacks."""

from collections.abc import Mapping

COUNTRIES: Mapping[str, str] = {
    "angleterre": "GB",
    "birmania": "MM",
    "birmanie": "MM",
    "birma": "MM",
    "burma": "MM",
    "czech republic": "CZ",
    "engeland": "GB",
    "england": "GB",
    "gran bretagna": "GB",
    "gran bretana": "GB",
    "gra-bretanha": "GB",
    "grande-bretagne": "GB",
    "great britain": "GB",
    "groot-brittannie": "GB",
    "grossbritannien": "GB",
    "holland": "NL",
    "hollande": "NL",
    "holanda": "NL",
    "hong kong": "HK",
    "inghilterra": "GB",
    "inglaterra": "GB",
    "ivory coast": "CI",
    "macao": "MO",
    "macau": "MO",
    "macedonia": "MK",
    "northern ireland": "GB",
    "palestine": "PS",
    "republic of ireland": "IE",
    "republic of korea": "KR",
    "scotland": "GB",
    "swaziland": "SZ",
    "the netherlands": "NL",
    "turkey": "TR",
    "uae": "AE",
    "uk": "GB",
    "united states of america": "US",
    "vatican": "VA",
    "wales": "GB",
}
"""Countries."""

ARMED_FORCES: Mapping[str, Mapping[str, str]] = {
    "US": {
        "AA": "Armed Forces Americas",
        "AE": "Armed Forces Europe",
        "AP": "Armed Forces Pacific",
    }
}
"""What the mail of the United States writes in the place of a state; no part of ISO 3166-2."""

SHORT: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "US": {
        "AL": ("Ala.",), "AZ": ("Ariz.",), "AR": ("Ark.",), "CA": ("Calif.", "Cal."),
        "CO": ("Colo.",), "CT": ("Conn.",), "DC": ("Washington DC", "Wash. D.C."),
        "DE": ("Del.",), "FL": ("Fla.",), "IL": ("Ill.",), "IN": ("Ind.",), "KS": ("Kans.", "Kan."),
        "KY": ("Ken.",), "MA": ("Mass.",), "MI": ("Mich.",), "MN": ("Minn.",), "MS": ("Miss.",),
        "MT": ("Mont.",), "NE": ("Nebr.", "Neb."), "NV": ("Nev.",), "NM": ("N. Mex.",),
        "NC": ("N. Car.", "N. Carolina", "No. Carolina"),
        "ND": ("N. Dak.", "N. Dakota", "No. Dakota"), "OK": ("Okla.",), "OR": ("Ore.", "Oreg."),
        "PA": ("Penn.", "Penna."), "SC": ("S. Car.", "S. Carolina", "So. Carolina"),
        "SD": ("S. Dak.", "S. Dakota", "So. Dakota"), "TN": ("Tenn.",),
        "TX": ("Tex.",), "VT": ("Verm.",), "VA": ("Virg.",), "WA": ("Wash.",),
        "WV": ("W. Va.", "W. Virginia", "West Va."), "WI": ("Wis.", "Wisc."), "WY": ("Wyo.",),
    },
    "CA": {
        "AB": ("Alta.",), "MB": ("Man.",), "NL": ("Nfld.", "Newfoundland", "Labrador"),
        "ON": ("Ont.",), "PE": ("P.E.I.",), "QC": ("Que.", "P.Q."), "SK": ("Sask.",),
    },
    "AU": {
        "NSW": ("N.S.W.",), "QLD": ("Qld.",), "SA": ("S. Aust.",), "TAS": ("Tas.",),
        "VIC": ("Vic.",), "WA": ("W. Aust.",),
    },
}  # fmt: skip
"""Short forms from before there were codes."""

REGIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "US": {
        "CA": ("Califórnia",), "FL": ("Flórida",), "GA": ("Geórgia",), "NC": ("Carolina do Norte",),
        "ND": ("Dakota do Norte",), "NJ": ("Nova Jersey", "Nova Jérsei"), "NM": ("Novo México",),
        "NY": ("Nova Iorque", "Nova York"), "PA": ("Pensilvânia",), "SC": ("Carolina do Sul",),
        "SD": ("Dakota do Sul",), "VA": ("Virgínia",), "WV": ("Virgínia Ocidental",),
        "DC": ("Distrito de Colúmbia",),
    },
    "CA": {
        "BC": ("Colúmbia Britânica",), "NS": ("Nova Escócia",), "NB": ("Nova Brunswick",),
        "NL": ("Terra Nova e Labrador",), "NT": ("Territórios do Noroeste",),
        "PE": ("Ilha do Príncipe Eduardo",),
    },
    "DE": {
        "BY": ("Bavaria",), "HE": ("Hesse",), "MV": ("Mecklenburg-Western Pomerania",),
        "NI": ("Lower Saxony",), "NW": ("North Rhine-Westphalia", "NRW"),
        "RP": ("Rhineland-Palatinate",), "SN": ("Saxony",), "ST": ("Saxony-Anhalt",),
        "TH": ("Thuringia",),
    },
    "AT": {
        "1": ("Burgenland",), "2": ("Carinthia",), "3": ("Lower Austria",),
        "4": ("Upper Austria",), "5": ("Salzburg",), "6": ("Styria",), "7": ("Tyrol",),
        "9": ("Vienna",),
    },
    "CH": {
        "BS": ("Basel-City",), "BL": ("Basel-Country",), "GE": ("Geneva",), "GR": ("Grisons",),
        "LU": ("Lucerne",), "SG": ("St. Gallen",),
    },
    "BE": {
        "BRU": ("Brussels", "Brussels-Capital", "Bruxelles", "Brussel", "Brüssel"),
        "VLG": ("Flanders", "Vlaanderen", "Flandre", "Flandern", "Fiandre", "Flandes"),
        "WAL": ("Wallonia", "Wallonie", "Wallonië", "Wallonien", "Vallonia", "Valonia"),
    },
    "NL": {
        "NB": ("North Brabant",), "NH": ("North Holland",), "ZH": ("South Holland",),
        "FR": ("Friesland",), "ZE": ("Zealand",),
    },
    "FR": {
        "BFC": ("Burgundy-Franche-Comté",), "BRE": ("Brittany",), "20R": ("Corsica",),
        "NOR": ("Normandy",), "OCC": ("Occitania",), "HDF": ("Upper France",),
        "PDL": ("Loire Region",), "75C": ("Ville de Paris",),
    },
    "ES": {
        "AN": ("Andalusia",), "AR": ("Aragon",), "CL": ("Castile and León",),
        "CM": ("Castile-La Mancha",), "CN": ("Canary Islands", "Islas Canarias"),
        "CT": ("Catalonia",), "NC": ("Navarre",), "PV": ("Basque Country", "Euskadi"),
        "VC": ("Valencian Community",), "MD": ("Community of Madrid",),
    },
    "IT": {
        "21": ("Piedmont",), "23": ("Aosta Valley",), "25": ("Lombardy",),
        "32": ("Trentino-South Tyrol",), "52": ("Tuscany",), "75": ("Apulia",),
        "82": ("Sicily",), "88": ("Sardinia",), "RM": ("Rome",), "MI": ("Milan",),
        "FI": ("Florence",), "NA": ("Naples",), "TO": ("Turin",), "VE": ("Venice",),
        "GE": ("Genoa",),
    },
    "GB": {"LND": ("London",), "WLS": ("Wales", "Cymru")},
}  # fmt: skip
"""Names of regions in English where the standard has the region's own, and in Portuguese, for
which the library has none.
"""
