"""Which words ask nothing by themselves, whatever the language?"""

from knowledge.words import STOP, WORD, fold

ELSEWHERE = frozenset(
    # German
    "aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bitte bist da "
    "dann das dass dein deine dem den denn der des die dies diese diesem diesen dieser dieses doch "
    "dort du durch ein eine einem einen einer eines er es etwas euch euer eure fur gab geht gegen "
    "gibt habe haben habt hat hatte hatten hier ich ihm ihn ihnen ihr ihre ihrem ihren im in ins ist "
    "ja jede jedem jeden jeder jetzt kann kannst kein keine keinen konnen konnte lange machen man "
    "mehr mein meine meinem meinen meiner mich mir mit muss mussen nach nicht noch nun nur ob oder "
    "ohne schon sehr sein seine sich sie sind so soll sollte uber um und uns unser unsere unter viel "
    "viele vom von vor wann war warum was weil welche welchem welchen welcher welches wenn wer werde "
    "werden wie wieder wieviel will wir wird wo woher wohin wurde zu zum zur "
    # Spanish
    "al algo algun alguna algunos ante antes como con cual cuales cuando cuanta cuantas cuanto "
    "cuantos de del desde donde e el ella ellas ellos en entre era es esa ese eso esta estan estar "
    "estas este esto estos estoy fue ha hace hacer hacia han hasta hay he la las le les lo los mas me "
    "mi mis mucho muy ni no nos nosotros nuestra nuestro o para pero por porque puede pueden puedo "
    "que quien quiero se sea ser si sin sobre son soy su sus tambien te tengo tiene tienen toda todas "
    "todo todos tu tus un una unas uno unos usted ustedes y ya yo favor "
    # French
    "a ai alors au aucun aussi autre aux avec avez avoir avons ca car ce cela ces cet cette ceux chez "
    "comme comment d dans de des du elle elles en est et etait etes etre eu fait faire faut il ils j "
    "je jusqu l la le les leur leurs lui m ma mais me meme mes moi mon n ne ni nos notre nous on ont "
    "ou par pas peu peut peux plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa "
    "sans se sera ses si son sont suis sur t ta te tes toi ton tous tout toute toutes tres tu un une "
    "va vers vos votre vous y combien "
    # Portuguese
    "ao aos ate com como da das de dela dele depois do dos e ela elas ele eles em entre era essa esse "
    "esta estao estar estas este estes estou eu faz fazer foi ha isso isto ja lhe mais mas me mesmo "
    "meu meus minha minhas muito na nao nas nem no nos nossa nosso num numa o onde os ou para pela "
    "pelas pelo pelos per por porque posso pode podem qual quais quando quanto quantos que quem quero "
    "se sem ser seu seus so sua suas tambem te tem tenho teu tua um uma umas uns voce voces "
    # Italian
    "agli ai alla alle allo anche che chi ci cosa dal dalla dei del della delle di dove gli ho il io "
    "la le lei lo loro lui ma mi mia mio ne nel nella non noi per perche piu posso quale quando "
    "quanto questo sei si sono sta su sul suo tra un una uno vi voi "
    # Dutch
    "aan al als bij dan dat de deze die dit door een en er geen haar heb hebben heeft het hij hoe hun "
    "ik in is je jij kan kunnen maar me mijn met na naar niet nog of om ons ook op over te tot u uit "
    "van veel voor waar wanneer wat we wel wie wij worden zich zij zijn zo".split()
)
"""Without accents, as words are folded."""
SILENT = STOP | ELSEWHERE


def telling_words(text: str) -> list[str]:
    """Each once, in the customer's own letters."""
    written = {fold(word): word.lower() for word in reversed(WORD.findall(text))}
    return [
        written.pop(word) for word in map(fold, WORD.findall(text)) if word in written and word not in SILENT
    ]
