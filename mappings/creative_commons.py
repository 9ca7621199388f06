"""Creative Commons as people write it: names, codes, addresses, and the components in forty languages."""

from __future__ import annotations

import re

from .vietnamese import unmarked_too

CC_ADDRESS = re.compile(
    r"(?<![\w-])(?:creativecommons\.org|licensebuttons\.net)[/\\]+(licen[sc]es?|l|publicdomain|p|presskit/buttons/[^/\s]+/[a-z]+)[/\\]+"
    r"([a-z_-]++)(?![^\W\d_])(?:[/\\]([1-4]\.[0-9]))?(?:[/\\]([a-z]{2,3})(?![a-z]))?",
    re.IGNORECASE,
)
# A name or an address with nothing beside it: most values are that, and need no look at what might deny them.
ALONE = re.compile(
    r"CC[ -]BY(?:-(?:NC|ND|SA))*(?:[ -][1-4]\.0)?|CC0(?:[ -]1\.0)?"
    r"|https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[a-z-]+/?"
    r"(?:[1-4]\.[05]/?(?:[a-z]{2,3}/?)?(?:(?:deed|legalcode)(?:\.[a-z]{2})?)?)?"
)
_ATTRIBUTION = (
    r"attribution|paternit[ée]|namensnennung|atribuci[óo]n|reconocimiento|attribuzione|atribui[çc][ãa]o|naamsvermelding"
    r"|erkännande|navngivelse|uznanie\s+autorstwa|uveďte\s+p|с\s+указанием\s+авторства"
    r"|atribusi|alıntı|reconeixement|recoñecemento|nimeä|uvedenie\s+autora|uveďte\s+autora|nevezd\s+meg|atribuire"
    r"|imenovanje|autorstvo|ауторство|priznanje\s+avtorstva|αναφορά|признание|атрибуция|(?:із|з)\s+зазначенням\s+авторства"
    r"|autorile\s+viitamine|atsaucoties|priskyrimas|aitortu|ייחוס|نسب\s+المصنف|แสดงที่มา"
    r"|署名|姓名標示|表示|저작자\s?표시|ghi\s+(?:cong|nhan|nguon)\b|ghi\s+(?:công|nhận|nguồn|tên|rõ nguồn)"
)
# Signs between, "CC: BY", only in capitals ("Gửi cc: by email") and with nobody behind ("Xe máy 110 CC: BY Honda").
_CC_BY = (
    r"(?:\b(?:cc|creative\s*-?commons?)[\s-]?by|\(cc\)\s?by"
    r"|(?-i:\b(?:CC|Creative Commons)(?:(?: Public)? Licen[sc]e)?(?: [1-4]\.0)?\W{1,3}BY"
    r"(?=\s*(?:$|[^\w\s]|\d|(?:NC|ND|SA)\b))))(?![a-z])"
)
CC_WORDS = re.compile(
    r"creative\s*-?commons?|知识共享|創用\s?cc|크리에이티브\s?커먼즈|クリエイティブ・コモンズ"
    r"|^(?:表示|署名|姓名標示|저작자\s?표시).*[1-4]\.0|\b(?:giấy phép|licen[sc]e)\s+cc\b"
    rf"|{_CC_BY}|\bcc[\s-]?0\b|\bcc[\s-]?zero\b|\bcc\s+pdm\b|\(cc\)"
    rf"|\bcc\s+(?:{_ATTRIBUTION})"
    r"|\bgiấy phép\s+ghi\s+(?:nhận\s+)?(?:công|tác giả)\b|được tự do\W+chia sẻ[^.]{0,200}\bghi (?:nhận )?công"
    # "Attribution: Nguyễn Văn A" tells whom to name
    r"|^(?:attribution|namensnennung)\b(?=\s*(?:$|[1-4]\.[05]|\(?cc\b|(?:international|generic|unported|licen[sc]e)\b"
    r"|[^\w:]{0,3}(?:non|no\b|noder|nocom|share|pas|partage|nicht|keine|weitergabe)))"
    r"|^(?:erkännande|navngivelse|uznanie\s+autorstwa)\b|^с\s+указанием\s+авторства"
    r"|^(?:atribui[çc][ãa]o|atribuci[óo]n|reconocimiento|attribuzione|paternit[ée]|naamsvermelding)\b(?:/\w+)?"
    r"(?=\W*(?:n[ãa]o|no|non|sem|sin|niet|geen|pas|compart|condividi|partage|gelijk|[1-4]\.[05]))"
    r"|^by(?:-(?:nc|nd|sa))+\b"
    r"|\b(?:licen[sc]ed?(?: under)?|licen[sc]e is described as|available under)"
    r"\W+(?:an?\s|the\s|as\s)?attribution\b(?=.{0,200}[1-4]\.0)"
    r"|^ghi\s+(?:công|nhận)\b(?=.*(?:thương mại|phái sinh|tương tự|[1-4]\.0))"
    r"|^ghi\s+(?:cong|nhan)\b(?=.*(?:thuong mai|phai sinh|tuong tu|[1-4]\.0))",
    re.IGNORECASE,
)
CC_CODE = re.compile(rf"{_CC_BY}((?:\W{{1,3}}(?:nc|nd|sa)(?![a-z]))*)", re.IGNORECASE)
# "CC-BY-NCSA", "ccbysa", "CC BY/ND": the components are said, whatever stands between them, or nothing.
_RUN_TOGETHER = re.compile(
    r"\b(?:(?:(?:cc|creative\s?-?commons?)[\s_-]?by|(?-i:CC\W{1,3}BY))((?:[\W_]{0,3}(?:nc|nd|sa))+)|ccby)(?![a-z])(-?(?=\d))?",
    re.IGNORECASE,
)
# What is joined to a code says a component that nobody knows, "CC BY-NonC", but for a few words.
_UNKNOWN = re.compile(
    rf"{_CC_BY}(?:(?:-(?:nc|nd|sa)(?![a-z]))*+-(?!(?:li[cz]en|share|igo\b|int(?:ernational)?\b))(?=[^\W\d_])"
    r"|\W{0,3}n[\W_]?[cd](?![^\W_])|[\s-]*[1-4]\.\d[^\W\d_])"
    r"|\battribution[\s-]{1,3}no\w"
    r"|[a-z][\u0370-\u052f]|[\u0370-\u052f][a-z]",  # letters of two scripts in one word look like others
    re.IGNORECASE,
)
_NAME = re.compile(
    unmarked_too(
        r"(?:\A|creative commons|licen[sc]e|giấy phép|\bcc)\W{0,3}"
        r"(?:attribution|ghi (?:nhận )?(?:công|tác giả)(?: (?:của )?tác giả)?)\b"
        r"(?:[\s-]{0,3}(?:share\W?alike"
        r"|(?:chia sẻ|phân phối) (?:tương tự|như nhau|(?:theo )?cùng (?:giấy phép|điều kiện))))?"
    ),
    re.IGNORECASE,
)
# What stands behind a name: its version, a bracket, a word.
_NEXT = re.compile(
    r"(?:[\s-]*(?:v|ver|version|phiên bản)?\.?\s*[1-5](?:[.,]\d)?)?+(?:[^\S\n]+|(?=[(\[]))([(\[]?)\s*([^\W\d_]\w*)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(rf"{CC_ADDRESS.pattern}\S*(?<![,;:.)\]>\"'])(?=\s)", re.IGNORECASE)
_PERSON = re.compile(r"[^\W\d_a-z]\w*\s+[^\W\d_a-z]")
# A sentence may go on so; "CC BY 4.0 expired", "CC BY kp sửa đổi", "CC BY (cũ)" say something else of the licence.
_GOES_ON = re.compile(
    unmarked_too(
        r"(?:li[czs][ez]n\w*|lisensi|giấy|int(?:erna\w+)?|unported|generic|universal|igo|vietnam|việt|quốc tế|toàn cầu"
        r"|deed|public|hiến tặng|non transposé|[a-z]{2}\W*$|creative|cc|attribution|ghi|open|reuse|the|c\)|©|https?|www"
        r"|cho (?:phép|mọi|tất cả|toàn|tài liệu|bài|sách|giáo trình)|được (?:áp|sử|phép|cấp)|for (?:this|all)"
        r"|với điều kiện ghi|with (?:attribution|credit)|works?|(?:text)?books?|articles?|content|materials?|resources?"
        r"|trên|đăng|xem|see|link|theo|at|tại|do|bởi|by|which|that|as|and|và|của)(?![^\W_])"
    ),
    re.IGNORECASE,
)
# A component alone, also run together; "2nd", "22/2018/ND-CP" and "nd.edu" are other things.
_ALONE = r"(?<![^\W_])(?:{})(?![^\W_]|-CP|\.(?:edu|com|org|net|gov|vn)\b)"
COMPONENTS = (
    (
        "nc",
        re.compile(
            unmarked_too(
                r"non\W*comm(?!ons)|pas\s+d.\s?utilisation\s+commerciale|nicht\W?kommerziell|no\W?comercial|(?:phi|không)[\W_]*thương[\W_]*mại"
                r"|n[ãa]o\W?comercial|niet\W?commercieel|i(?:cke|kke)\W?kommer(?:siell|ciel)|niekomercyjn|keine\W+kommerzielle|некоммерческ|n[eo]n?-?\W?komer(?:s|c)\w+"
                r"|gayri\W?ticari|ei\W?kaupallinen|nepoužíva[jť]\w*\s+komer|neužívejte\s+komer|ne\s+add\s+el"
                r"|necomercial|μη\s+εμπορική|некомер\w+|mitteäriline|nekom(?:ercin|erci)\w*|ez\W?komertziala|לא\s+מסחרי|غير\s+تجاري"
                r"|ไม่ใช้เพื่อการค้า|非商业|非商業|非営利|비영리"
                r"|không\s+(?:dùng|sử dụng|vì|nhằm|được)\s[^.;]{0,30}thương\s*mại"
                rf"|{_ALONE.format('nc(?:nd|sa)?')}"
            ),
            re.IGNORECASE,
        ),
    ),
    (
        "nd",
        re.compile(
            unmarked_too(
                r"no\W*deriv|pas\s+de\s+modification|keine\s+bearbeitung|sin\W?(?:obra)?\W?derivad"
                r"|non\W?opere\W?derivate|sem\W?deriva[çc]|geen\W?afgeleide"
                r"|bez\s+utworów|inga\W?bearbetningar|ingen\W?bearbe[ij]delser?"
                r"|без\s+производных"
                r"|tanpa\W?turunan|türetilemez|sense\W?obra\W?derivada|ei\W?muutoksia|nezpracovávejte|nespracov\w+|bez\W?odvoden\w+"
                r"|ne\s+változtasd|fără\W?(?:derivate|modificări)|b(?:ez|rez)\W?(?:prerada|predelav)|без\W?(?:прерада|похідних|производн)"
                r"|όχι\s+παράγωγα|tuletatud\s+teoste\s+keeld|bez\s+atvasin\w+|jokių\s+išvestinių|lan\W?eratorririk\W?gabe"
                r"|ללא\s+יצירות|منع\s+الاشتقاق|ห้ามดัดแปลง|禁止演绎|禁止改作|改変禁止|변경\s?금지"
                r"|(?:không|cấm)\W*[^.;,]{0,20}phái[\W_]*sinh"
                r"|không\s+(?:được\s+)?(?:sửa đổi|chỉnh sửa|thay đổi|biến đổi)"
                rf"|{_ALONE.format('(?:nc)?nd(?:sa)?')}"
            ),
            re.IGNORECASE,
        ),
    ),
    (
        "sa",
        re.compile(
            r"share\W*a?like|partage\s+dans\s+les\s+m[êe]mes|weitergabe\s+unter\s+gleichen|compart\w+\W?igual|gelijk\W?delen"
            r"|condividi\W?allo\W?stesso|на\s+тех\s+же\s+условиях|с\s+сохранением\s+условий|dela\W?lika|del\s+på\s+samme|na\s+tych\s+samych|l.identique"
            r"|berbagi\W?serupa|aynı\W?lisansla|compartir\W?igual|jaa\W?samoin|zachovejte\s+licenci|rovnaké\s+šírenie|így\s+add"
            r"|(?:partajare|distribuire)\W?în\W?condiții|del\W?på\W?samme|dijeli\s+pod\s+istim|deliti\s+pod\s+istim|делити\s+под"
            r"|deljenje\s+pod\s+enakimi|παρόμοια\s+διανομή|споделяне\s+на|на\s+тих\s+самих|сохранение\W?условий"
            r"|samadel\s+tingimustel|analogiškas|partekatu\W?berdin|שיתוף\s+זהה|بالمثل|อนุญาตแบบเดียวกัน|相同方式|継承|동일\s?조건|chia\s+se\s+tuong\s+tu|(?:chia\s*sẻ|phân\s*phối)\s*(?:tương\s*tự|như\s+nhau|theo\s+cùng)|cùng\s+(?:giấy\s+phép|điều\s+kiện)|(?<![a-z])sa(?![a-z])",
            re.IGNORECASE,
        ),
    ),
)
BY = re.compile(rf"{_ATTRIBUTION}|^by-|{_CC_BY}", re.IGNORECASE)
MARK = re.compile(r"public\s+domain\s+mark|\bpdm\b", re.IGNORECASE)
ZERO = re.compile(r"\bcc[\s-]?0\b|\bcc[\s-]?zero\b|public\s+domain\s+dedication|commons\s+(?:zero|0)\b", re.IGNORECASE)
VERSION = re.compile(r"(?<![\d.])([1-4]\.[05])(?![\d.])")


_NAMES = (CC_CODE, ZERO, MARK, _NAME, _ADDRESS)


def with_parted_codes(text: str) -> str:
    """Write codes that are run together with a hyphen between their components: "ccbysa", "CC BY-NCND"."""
    if "by" not in text and "BY" not in text and "By" not in text:
        return text
    return _RUN_TOGETHER.sub(
        lambda code: (
            "-".join(("CC-BY", *re.findall("NC|ND|SA", (code[1] or "").upper()))) + (" " if code[2] is not None else "")
        ),
        text,
    )


def conditions(text: str) -> set[str]:
    """Return which of nc and nd a text tells, in a code or in words of any language."""
    return {part for part, form in COMPONENTS if part != "sa" and form.search(text)}


def has_unknown(text: str) -> bool:
    """Say that a name has a component that is not known, "CC BY-NonC", or goes on as no name of an open one does."""
    if _UNKNOWN.search(text):
        return True
    return any(_goes_on_otherwise(text, each.end()) for form in _NAMES for each in form.finditer(text))


def _goes_on_otherwise(text: str, end: int) -> bool:
    following = _NEXT.match(text, end)
    if not following or _GOES_ON.match(text, following.start(2)):
        return False
    bracket, word = following.groups()
    if bracket:  # a name may stand in it
        return _PERSON.match(text, following.start(2)) is None
    return word[0].islower() or word[:2].lower() == "no"  # a capital begins another sentence, or a name
