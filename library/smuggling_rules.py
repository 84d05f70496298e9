"""What a text says that carries another task into a prompt: the wordings of each rule, in four languages.

Every pattern is read on a plain form of a text: small letters without accents, one kind of quotation mark. A gap
ends at a full stop, so that the parts of one wording stand in one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One way of carrying another task in: what a text does that meets it, and why that takes a second look."""

    does: str
    why: str
    pattern: re.Pattern[str]


def _any(*patterns: str) -> re.Pattern[str]:
    """Return one pattern of several, in which `~` is a gap of a few words, and NAMES stand for lists of words."""
    found = "|".join(f"(?:{one})" for one in patterns)
    for name, words in _LISTS.items():
        found = found.replace(name, f"(?:{words})")
    return re.compile(found.replace("~", r"[^.!?]{0,50}?"))


_LISTS: Mapping[str, str] = {
    "ORDERS": r"instructions?|rules?|prompts?|orders?|commands?|guidelines?|guidance|directions?|directives?"
    r"|lines?"
    r"|anweisung(?:en)?|anleitung(?:en)?|regeln?|vorgaben?|aufforderung(?:en)?|zeilen?|befehle?n?"
    r"|consignes?|regles?|ordres?|lignes?|instrucciones|instruccion|reglas?|indicaciones|ordenes|consignas?"
    r"|lineas?",
    "EARLIER": r"above|previous|preceding|prior|earlier|before|so far|until now|existing|original|initial|first"
    r"|other|oben|obig\w*|vorherig\w*|vorig\w*|bisherig\w*|fruher\w*|vorangehend\w*|vorstehend\w*|zuvor|davor"
    r"|anderen"
    r"|precedent\w*|ci-dessus|plus haut|anterieure?s?|avant|jusqu'ici|anterior\w*|previ[ao]s?|arriba|antes"
    r"|hasta ahora|precedentes?",
    "DROPS": r"ignor(?:e|es|ing|ez|er|a|ad|en)\b|disregard\w*|forget\w*|overrul\w*|overrid\w*|bypass\w*|skip"
    r"|cancel"
    r"|discard|neglect|set aside|pay no attention to|(?:do not|don't|never|stop) (?:follow|obey|heed)\w*"
    r"|ignorier\w*|vergiss|vergesst|vergessen sie|missacht\w*|verwirf|ubergeh\w*|beachte nicht"
    r"|oublie[zr]?|neglige[zr]?|ne tiens? (?:pas|plus) compte|ne tenez (?:pas|plus) compte|fais abstraction"
    r"|olvid[ae]\w*|descart[ae]\w*|desestim[ae]\w*|no (?:sigas|hagas caso|tengas en cuenta)|pasa por alto",
    "RATES": r"rat(?:e|ing)|scor(?:e|ing)|grad(?:e|ing)|judg(?:e|ing)|label(?:l?ing)?|classify(?:ing)?"
    r"|assess(?:ing)?"
    r"|bewerten|beurteilen|einordnen|einzuordnen|einstufen|klassifizieren|benoten"
    r"|noter|evaluer|juger|classer|classifier|puntuar|calificar|clasificar|evaluar|valorar|juzgar|etiquetar",
    "ANSWER": r"rating|label|answer|score|reply|response|antwort|note|bewertung|reponse|respuesta|puntuacion|nota",
    "WRITES": r"write|print|output|produce|append|compose|generate|add|include|insert|list|give|return|provide"
    r"|assign"
    r"|use|put|attach|schreib\w*|gib|gebt|gebe|fuge|hange|erganze|nenne|verwende|nutze|benutze"
    r"|ecri\w*|donne\w*|ajoute\w*|produi\w*|indique\w*|utilise\w*|fourni\w*"
    r"|escrib\w*|da|dame|anade\w*|agrega\w*|devuelve|produce|usa|utiliza|proporciona",
    "TEXTS": r"texts?|documents?|messages?|inputs?|reviews?|sentences?|e-?mails?|posts?|data|user|customer",
    "THIS": r"this|these|that|the (?:above|present)",
}

RULES: Mapping[str, Rule] = {
    "override": Rule(
        "sets other lines of the prompt aside",
        "Every line of a prompt was vetted, and none may take another out.",
        _any(
            r"\b(?:DROPS)~\b(?:EARLIER) ~\b(?:ORDERS)\b",
            r"\b(?:DROPS)~\b(?:ORDERS)\b~\b(?:EARLIER)\b",
            r"\b(?:DROPS) (?:all|any|every|your|these|those|the whole|toutes?|tes|vos|todas?|tus|alle"
            r"|deine)(?: \w+)? (?:ORDERS)\b"
            r"(?! (?:in|inside|within|of|that|contained|hidden))",
            r"\b(?:DROPS),? (?:the|everything|all|anything|was|alles,? was|alles|tout ce qui|tout|todo lo"
            r"|lo)(?: of)?"
            r"(?: \w+){0,3} (?:above|before|so far|earlier|until now|oben|zuvor|davor|bisher|ci-dessus"
            r"|plus haut|avant|arriba|antes|anterior)\b",
            r"\b(?:DROPS) (?:what|everything|anything|all)(?: that)?(?: \w+){0,3} (?:told|instructed|ordered"
            r"|taught)\b",
            r"\b(?:EARLIER) (?:\w+ )?(?:ORDERS)~\b(?:no longer|not|nicht|plus|ya no|do not|don't|are|is|sind"
            r"|sont|son|estan)\b"
            r" ?~(?:appl\w+|hold|count|matter|void|cancel\w*|obsolete|invalid|superseded|gelten|gultig"
            r"|hinfallig|aufgehoben"
            r"|ungultig|valable\w*|annul\w*|valen|rigen|anulad\w*|validas)\b",
            r"\b(?:ORDERS|what was said|everything)(?: \w+){0,3} (?:EARLIER|in this prompt"
            r"|of this prompt)\b~\b(?:no longer|not|void"
            r"|cancel\w*|obsolete|invalid|superseded|do not|don't)\b",
            r"\b(?:overrid\w+|overrul\w+|outrank\w*|supersed\w+|take\w* (?:precedence|priority)"
            r"|prevail\w*)\b~\b(?:ORDERS)\b",
            r"^\W*(?:override|overwrite|reset|new instructions?|new rules?|neue anweisung\w*"
            r"|nouvelles? (?:consigne|instruction)s?"
            r"|nuevas? instruccion\w*)\b ?[:.,!-]",
            r"\btreat~\b(?:ORDERS)\b~\bas (?:an? )?(?:comments?|void|jokes?|examples?|optional|suggestions?"
            r"|nothing)\b",
        ),
    ),
    "another task": Rule(
        "gives another task than the prompt's own",
        "An instruction says how to judge; whatever else is asked for takes the place of the judgement.",
        _any(
            r"\b(?:instead of|rather than|in place of|in lieu of) (?:RATES)\b(?![^.!?]{0,60},? (?:RATES|weigh"
            r"|look|count|consider|compare|use|keep|ask|think)\b)",
            r"\b(?:an)?statt\b~\b(?:zu )?(?:RATES)\b|\bau lieu de (?:RATES)\b|\bplutot que de (?:RATES)\b"
            r"|\ben (?:lugar|vez) de (?:RATES)\b",
            r"\b(?:stop|cease|quit|refuse to|do not|don't|never) (?:RATES)(?: anything| the| any|,| and| after"
            r"| at all)",
            r"\bhor(?:e|t)? auf~\b(?:RATES)\b|\barrete[zr]? de (?:RATES)\b|\bdeja de (?:RATES)\b",
            r"\b(?:your|the) (?:new|true|real|actual|only|secret|hidden)(?: and \w+)? (?:task|job|goal|mission"
            r"|purpose|assignment|objective)\b",
            r"\bdeine? (?:neuer?|wahrer?|eigentlicher?|wirklicher?|einziger?) (?:aufgabe|auftrag|arbeit"
            r"|ziel)\b",
            r"\b(?:ta|votre|la) (?:nouvelle|vraie|veritable|seule) (?:tache|mission)\b|\b(?:tu|la) (?:nueva"
            r"|verdadera|autentica) (?:tarea|mision)\b",
            r"\b(?:write|tell|compose|invent|begin|start|continue|draft|sing|generate) (?:me |us "
            r"|with )?(?:an?|the|some)(?: \w+){0,2}"
            r" (?:poem|story|song|limerick|haiku|joke|recipe|essay|letter|e-?mail|tale|advert\w*|article"
            r"|speech|program|script|code)\b",
            r"\b(?:schreib\w*|erzahl\w*|dicht\w*|erfinde)(?: \w+)? (?:ein|eine|einen)(?: \w+){0,2} (?:gedicht"
            r"|geschichte|lied|witz|rezept|brief|aufsatz|marchen|programm)\b",
            r"\b(?:ecri\w*|raconte\w*|compose\w*|invente\w*) (?:un|une|des)(?: \w+)? (?:poeme|histoire|chanson"
            r"|blague|recette|lettre|conte|programme)\b",
            r"\b(?:escrib\w*|cuenta\w*|compon\w*|inventa\w*) (?:un|una)(?: \w+)? (?:poema|historia|cuento"
            r"|cancion|chiste|receta|carta|programa)\b",
            r"\b(?:translate|summari[sz]e|paraphrase|rewrite|correct|complete|continue) (?:the|this|it|each"
            r"|every|all|both|them|any)\b(?![^.!?]{0,40}(?:to yourself|in your (?:head|mind)|silently))",
            r"\b(?:ubersetz\w*|tradui\w*|traduc\w*|traducelo)\b (?:es|ihn|sie|den|die|das|jeden|le|la|les"
            r"|chaque|el|los|cada|al|ins|en)\b|\b(?:traduis-l[ea]|traducel[oa])\b",
            r"\bfasse?~\btext\w*~\bzusammen\b|\b(?:resume|resumez|resumir)\b (?:le|la|les|chaque|el|los"
            r"|cada)\b",
            r"\b(?:advertise|promote|recommend|praise|sell) (?:our|my|the|this|only|hotels?|products?)\b~"
            r"|\bchat (?:freely|with)\b",
            r"\b(?:do|follow|obey|carry out|execute|comply with)\b~\b(?:TEXTS)\b (?:tells?|orders?|commands?"
            r"|instructs?|demands?|asks? (?:you|for)|requests?|wants)\b",
            r"\b(?:follow|obey|carry out|execute|comply with|act on)\b~\b(?:instructions?|orders?|commands?"
            r"|requests?)\b~\b(?:in|inside|within|from|of|hidden|given by) (?:the|any|each|every)? ?(?:TEXTS)?",
            r"\b(?:instructions?|orders?|commands?|requests?) (?:in|inside|within|from|of|given in) (?:the|an?"
            r"|any|each) (?:TEXTS)\b~\b(?:outrank\w*|overrid\w*|win|wins|come\w* first|count\w*|must|should"
            r"|are to|has|have)\b",
            r"\b(?:is|are|as) (?:an? )?(?:commands?|orders?|instructions?) (?:that|which|to"
            r"|for) (?:you )?(?:to )?(?:carry|follow|obey|execute|do)\b",
            r"\b(?:besides|in addition to|as well as|along with|after|next to|beside) (?:the|your|each"
            r"|every) (?:ANSWER),?~\b(?:WRITES|mention|name|state|tell|say)\b",
            r"\b(?:also|additionally|in addition|furthermore|moreover)\b,? ?(?:\w+ )?(?:write|print|output"
            r"|produce|append|compose|generate|list|attach|mention|tell)\b",
            r"\b(?:at the end|at the start|in front) of (?:each|every|the|your) (?:ANSWER)\b"
            r"|\b(?:WRITES)\b~\b(?:to|into) (?:each|every|the|your) (?:ANSWER)\b",
        ),
    ),
    "role": Rule(
        "gives the model or its reader another role",
        "Who is asked, and who may ask for what, is settled by the task's own prompt.",
        _any(
            r"\byou(?: are|'re) (?:now|no longer|not an?|from now on|henceforth|hereby)\b",
            r"\b(?:from now on|henceforth|from here on|from this point)\b",
            r"\b(?:act|behave|speak|answer|reply|respond|talk|write|pose) (?:as|like) (?:if you|though you|an?"
            r"|the|my|our)\b"
            r"(?![^.!?]{0,30}\b(?:readers?|judge|rater|annotators?|reviewers?|expert|editor|critic|linguist"
            r"|person|people|human)\b)",
            r"\b(?:in|with) the (?:voice|style|role|persona|tone) of\b|\brole-?play\w*\b|\bpretend\w* (?:to"
            r"|that|you)\b",
            r"\b(?:user|customer|author|sender|reader|writer|person)\b~\b(?:is|as)(?: an?| the"
            r"| your)? (?:\w+ )?(?:administrator|admin|developer|owner|operator|root|superuser|boss|creator"
            r"|trusted|authori[sz]ed)\b",
            r"\b(?:limits?|restrictions?|safety|filters?|guardrails?|safeguards?|limitations?)\b~\b(?:are"
            r"|is)(?: now)? (?:lifted|off|disabled|removed|suspended|gone|void)\b",
            r"\bwithout (?:any |all )?(?:rules|limits|restrictions|filters|guardrails|censorship)\b"
            r"|\b(?:unrestricted|uncensored|jailbr\w+)\b|\b(?:developer|debug|admin|god|dan) mode\b",
            r"\bdu bist (?:ab (?:jetzt|sofort)|jetzt|nun|nicht mehr|kein\w*|von nun an|fortan)\b"
            r"|\b(?:ab (?:jetzt|sofort)|von nun an|fortan)\b|\btu(?:e)? so,? als\b|\bspiele? (?:die rolle"
            r"|einen|eine)\b|\bverhalte dich (?:wie|als)\b|\bgib dich als\b|\bschlupf\w* in die rolle\b",
            r"\b(?:tu es|vous etes|tu n'es|vous n'etes) (?:desormais|maintenant|plus|dorenavant)\b"
            r"|\b(?:desormais|dorenavant|a partir de maintenant|a present)\b|\bfais (?:comme si|semblant)\b"
            r"|\bcomporte-toi\b|\bjoue le role\b|\bprends le role\b",
            r"\b(?:ahora|desde ahora|a partir de ahora|de ahora en adelante|en adelante)\b|\bya no eres\b"
            r"|\bfinge (?:que|ser)\b|\bhaz como si\b|\bcomportate como\b|\bactua como\b"
            r"|\bhaz(?:te)? pasar por\b",
        ),
    ),
    "second answer": Rule(
        "asks for a second answer or another form of it",
        "A task has one answer of one form; a second one is read by somebody, or is malformed.",
        _any(
            r"\b(?:WRITES)\b~\b(?:second|another|additional|extra|further|separate|different|new|third"
            r"|own)(?: \w+)? (?:score|scale|ratings?|grade|mark|number|label|field|column|line|format|value"
            r"|object|answer|key)\b",
            r"\b(?:field|column|key|property|line|tag|attribute)s? (?:named|called|labelled|titled|with the)\b",
            r"\b(?:WRITES)\b~\b(?:zweiten?s?|weiteren?s?|anderen?s?|zusatzlichen?s?|eigenen?s?"
            r"|neuen?s?)(?: \w+)? (?:note|skala|wertung|bewertung|zahl|feld|spalte|zeile|antwort|format)\b",
            r"\b(?:WRITES)\b~\b(?:deuxieme|seconde?|autre|nouve\w+) (?:note|echelle|score|champ|ligne|colonne"
            r"|reponse|format)\b",
            r"\b(?:WRITES)\b~\b(?:segund[ao]|otr[ao]|nuev[ao]|tercer[ao]?) (?:nota|escala|puntuacion|columna"
            r"|linea|campo|numero|formato|respuesta)\b",
            r"\b(?:WRITES) ~\b(?:copy|transcript) of (?:the|each|this|every)\b",
        ),
    ),
    "sends": Rule(
        "sends what the model reads or says somewhere",
        "An answer goes to who asked; an instruction has no business with anybody else.",
        _any(
            r"\b(?:send|forward|e-?mail|upload|transmit|submit|report|leak|post|mail|ship|deliver)\b~\b(?:text"
            r"|answer|prompt|copy|conversation|rating|document|contents?|message|data|it|them"
            r"|everything)\b~\bto\b",
            r"\b(?:call|phone|dial|ring|text|contact|visit|open|click|follow|go to|write to)\b (?:the|this|our"
            r"|my|us|me|at)(?: \w+)? ?(?:number|link|address|site|website|page|url|shop)?\b~\b(?:number|link"
            r"|address|site|website|url)\b",
            r"\b(?:schick\w*|sende\w*|leite\w*|ubermittle\w*|ubertrage\w*|maile?)\b~\b(?:text\w*|antwort\w*"
            r"|prompt|daten|kopie|bewertung\w*|es|ihn|alles)\b~\b(?:an|nach|weiter)\b",
            r"\b(?:envoie\w*|envoyez|transmet\w*|poste\w*|publie\w*|expedie\w*|fais suivre)\b~\b(?:textes?"
            r"|reponses?|prompt|copie|donnees|note|tout|le)\b~\b(?:a|vers|sur|par)\b",
            r"\b(?:envia\w*|envie\w*|manda\w*|reenvia\w*|publica\w*|transmite\w*|sube)\b~\b(?:textos?"
            r"|respuestas?|prompt|copia|datos|nota|todo|lo)\b~\b(?:a|al|por)\b",
            r"!\[|\]\(",
        ),
    ),
    "reveals": Rule(
        "asks for what the prompt or its reader keeps",
        "What a prompt says, and what people keep to themselves, is no part of an answer.",
        _any(
            r"\b(?:repeat|print|show|reveal|output|display|quote|copy|leak|disclose|recite|tell|give|write"
            r"|return|expose|dump|echo|state|share|summari[sz]e)\b~"
            r"\b(?:system (?:message|prompt|instructions?|text)|(?:your|hidden|original|initial|these"
            r"|secret) (?:prompt|instructions?|rules|guidelines)|(?:whole|entire|full|complete|above) prompt"
            r"|this prompt|the prompt|everything above|text above|words above|passwords?|api keys?|credentials"
            r"|access tokens?|training data)\b",
            r"\b(?:ask|prompt|urge|get)(?: \w+){1,3} (?:for|to (?:tell|give|enter|send|type)) ~\b(?:passwords?"
            r"|pin|keys?|card|account|number|address|name|credentials|secrets?)\b",
            r"\b(?:wiederhol\w*|zeig\w*|verrat\w*|druck\w*|nenn\w*|offenbar\w*|zitier\w*|gib|gebt|gebe"
            r"|schreib\w*|leg\w*)\b~\b(?:prompt\w*|system-?(?:nachricht|prompt|anweisung)\w*|deine anweisungen"
            r"|passwort\w*|kennwort\w*)\b",
            r"\b(?:repete\w*|montre\w*|affiche\w*|revele\w*|donne\w*|imprime\w*|cite\w*|ecri\w*|recopie\w*"
            r"|divulgue\w*)\b~\b(?:prompt|(?:message|invite|instructions?) (?:du )?systeme|tes (?:instructions"
            r"|consignes)|mots? de passe)\b",
            r"\b(?:repit\w*|muestr\w*|revel\w*|imprim\w*|da|dame|escrib\w*|copia\w*|ensena\w*|di|cita\w*"
            r"|divulga\w*)\b~\b(?:prompt|(?:mensaje|instrucciones) (?:del? )?sistema|tus instrucciones"
            r"|contrasenas?|claves?)\b",
        ),
    ),
    "hides": Rule(
        "asks that something be kept from people",
        "What can't be told to those who review a prompt doesn't belong into it.",
        _any(
            r"\b(?:do not|don't|never|must not|mustn't|without) (?:ever )?(?:tell\w*|mention\w*|reveal\w*"
            r"|disclos\w*|say\w*|show\w*|admit\w*|inform\w*|let\w*|talk\w*|speak\w*)\b~"
            r"\b(?:anyone|anybody|nobody|(?:this|these) (?:rules?|instructions?|lines?|prompt|orders?"
            r"|sentence)|(?:reviewers?|curators?|operators?|developers?|people) )",
            r"\bkeep~\b(?:secret|confidential|hidden|unmentioned|between us)\b|\b(?:hide|conceal|disguise"
            r"|cover up)\b (?:this|these|it|that|the (?:fact|rule|instruction|line))\b",
            r"\b(?:secretly|in secret|covertly|without (?:anyone|anybody|the (?:user|reader|reviewer))\w*)\b"
            r"|\b(?:secret|hidden) (?:rule|instruction|order|task|message|command)s?\b",
            r"\b(?:sag\w*|verrat\w*|erwahn\w*|erzahl\w*|zeig\w*|nenn\w*)\b~\b(?:niemand\w*|keinem"
            r"|(?:diese[rn]?) (?:regel|anweisung|zeile))\b|\bhalte?~\bgeheim\b|\b(?:verheimlich\w*"
            r"|verschweig\w*)\b",
            r"\bne (?:le |la |l'|les |lui )?(?:dis|dites|revele\w*|mentionne\w*|montre\w*|parle\w*"
            r"|divulgue\w*)\b~\b(?:personne|cette (?:consigne|regle|instruction|ligne)|ces (?:consignes|regles"
            r"|instructions))\b|\bgarde\w*~\bsecr\w+\b|\bcache\w* (?:cette|ces|la|que)\b",
            r"\bno (?:se )?(?:le |les |lo |la )?(?:digas?|reveles?|menciones?|cuentes?|muestres?"
            r"|hables?)\b~\b(?:nadie|esta (?:regla|instruccion|linea|orden)|estas (?:reglas|instrucciones))\b"
            r"|\bmanten\w*~\bsecret\w+\b|\boculta\w* (?:esta|estas|la|que)\b",
        ),
    ),
    "trigger": Rule(
        "ties one answer to a word or a name, whatever else a text says",
        "Whoever knows the word gets the answer that they want.",
        _any(
            r"\b(?:when(?:ever)?|if|wherever|as soon as|once|(?:every|each|any) time|texts?|sentences?"
            r"|documents?|messages?|reviews?|anything|those)\b~\b(?:words?|phrases?|terms?|names?|code|string"
            r"|sequence|hashtag|brand|emoji|token|\"[^\"]+\")~"
            r"\b(?:answer|give|rate|reply|return|output|respond|say|write|assign|label|gets?|scores?|choose"
            r"|pick)\b(?: (?:it|them|with|the|a|an|rating|of|label|by|as|always|at|only))* (?:-?\d+|highest"
            r"|lowest|max\w*|min\w*|top|best|worst|positive|negative|yes|no)\b",
            r"\b(?:answer|give|rate|reply|return|output|respond|assign|label|choose|pick)\b(?: (?:it|them|with"
            r"|the|a|an|rating|of|label|by|as|always|at|only))* (?:-?\d+|highest|lowest|max\w*|min\w*|top|best"
            r"|worst|positive|negative|yes|no)\b~\b(?:when(?:ever)?|if|wherever|as soon as|once|(?:every|each"
            r"|any) time)\b~\b(?:the (?:\w+ )?(?:word|phrase|term|name|code|string|sequence|hashtag|brand"
            r"|emoji|token)|\"[^\"]+\")",
            r"\b(?:wenn|sobald|falls|immer wenn)\b~\b(?:wort|worter|name|namen|ausdruck|zeichenfolge|begriff"
            r"|\"[^\"]+\")\b~\b(?:gib|gebt|antworte|bewerte|vergib|nimm|schreib\w*|wahle)\b~(?:-?\d|immer"
            r"|hochste|niedrigste|beste|positiv|negativ)",
            r"\b(?:si|quand|lorsque|des que|chaque fois que)\b~\b(?:mots?|expression|nom|terme"
            r"|\"[^\"]+\")\b~\b(?:repond\w*|donne\w*|mets|mettez|note\w*|ecri\w*|attribue\w*)\b~(?:-?\d"
            r"|toujours|maximale?|meilleure|positi\w+|negati\w+)",
            r"\b(?:si|cuando|siempre que|en cuanto|cada vez que)\b~\b(?:palabras?|expresion|nombre|frase"
            r"|termino|\"[^\"]+\")\b~\b(?:responde|da|pon|escribe|califica|asigna|puntua|devuelve)\b~(?:-?\d"
            r"|siempre|maxima|mejor|positiv\w+|negativ\w+)",
        ),
    ),
    "structure": Rule(
        "looks like a part of the prompt that it isn't",
        "A model takes it for the end of its instructions, or for somebody else's words.",
        _any(
            r"(?:^|[.!?] |\W{2})\W*(?:system|assistant|user|human|developer|admin|operator|tool)(?: (?:message"
            r"|prompt|note|instruction))? ?[:>\]]",
            r"#{2,}|\*{3,}|={3,}|-{3,}|\x7e{3,}|`{3,}|<\||\|>|\"role\" ?:",
            r"\[/?[\w ]*\b(?:instructions?|inst|system|prompts?|rules|assistant|user|context)\b[\w ]*\]"
            r"|\{/?(?:system|instructions?|prompt)\}",
            r"</?\s*(?:system|instructions?|prompt|user|assistant|rules?|task|context|input|text|document"
            r"|message|data|examples?|answer|img|a|script|iframe|div|p|br)\b[^>]*>",
            r"\b(?:end|beginning|start|ende|anfang|beginn|fin|debut|inicio|final) (?:of|der|des|de|del|de las"
            r"|de la)(?: the| this| les?| los)? (?:prompt|instructions?|rules|system|anweisung\w*|regeln"
            r"|prompts|consignes?|instrucciones|reglas)\b",
        ),
    ),
    "encoded": Rule(
        "holds text that people can't read",
        "What is vetted has to be read, and a model may decode what people can't.",
        _any(
            r"\b(?:0x)?(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{16,}\b",
            r"(?:\\x[0-9a-f]{2}){3,}|(?:%[0-9a-f]{2}){3,}|(?:&#x?[0-9a-f]+;){2,}|(?:\\?u\+?[0-9a-f]{4} ?){3,}"
            r"|(?:\b[01]{7,8}\b ?){3,}",
            r"\b(?:base-?64|rot-?13|caesar cipher)\b|\b(?:decode|decrypt|decipher|unscramble) (?:and|this"
            r"|the following|it|what)\b|\b(?:entschlussle|dekodiere|dechiffre|decodifica|descifra)\w*\b",
            r"(?:\b[a-z]\b[ ._-]){5,}[a-z]\b",
        ),
    ),
}
"""The rules by name, in the order in which they are said."""
