"""The public pages: what the service is, in words that everybody understands."""

import msgspec

from protocols.text import Text


class Section(msgspec.Struct, frozen=True):
    """A title, what there is to say, and what is best said as a list."""

    title: Text
    sentences: tuple[Text, ...] = ()
    points: tuple[Text, ...] = ()


TITLE = Text("Un aiuto per ripartire", "Help to start again")
LEAD = Text(
    "Il servizio dei Comuni e della sanità per chi ha più difficoltà insieme: lavoro, casa, "
    "salute, famiglia.",
    "The service of the comuni and the health system for people with several difficulties at once: "
    "work, home, health, family.",
)
SERVICE: tuple[Section, ...] = (
    Section(
        Text("Che cos'è", "What it is"),
        (
            Text(
                "A volte i problemi sono tanti insieme. Non si trova lavoro, la casa non è sicura, "
                "la salute non aiuta.",
                "Sometimes problems come together. There is no work, the home is not safe, health "
                "does not help.",
            ),
            Text(
                "Con questo servizio non devi girare da un ufficio all'altro: assistenti sociali, "
                "operatori della sanità e del lavoro si incontrano e preparano un progetto insieme "
                "a te.",
                "With this service you need not go from office to office: social workers, health "
                "and employment staff meet and prepare a project together with you.",
            ),
            Text("Il servizio è gratuito.", "The service is free."),
        ),
    ),
    Section(
        Text("Come funziona", "How it works"),
        (),
        (
            Text(
                "Parli con lo sportello del tuo Comune. Può segnalarti anche un servizio che ti "
                "segue già, se sei d'accordo.",
                "You talk to your comune's desk. A service that knows you may refer you too, if "
                "you agree.",
            ),
            Text(
                "Un assistente sociale ti ascolta e capisce con te che cosa serve.",
                "A social worker listens to you and works out with you what is needed.",
            ),
            Text(
                "Se serve l'aiuto di più servizi, ti spieghiamo quali dati servono e tu decidi se "
                "autorizzarci a condividerli.",
                "If several services must help, we explain which data are needed and you decide "
                "whether we may share them.",
            ),
            Text(
                "Scrivi e firmi un progetto: che cosa fai tu, che cosa facciamo noi, entro quando.",
                "You write and sign a project: what you do, what we do, by when.",
            ),
            Text(
                "Una persona ti accompagna fino alla fine: si chiama case manager.",
                "One person stays with you to the end: the case manager.",
            ),
        ),
    ),
    Section(
        Text("I tuoi diritti", "Your rights"),
        (),
        (
            Text(
                "Puoi dire di no. Puoi anche smettere quando vuoi: nessuno ti toglie per questo "
                "gli altri aiuti che ti spettano.",
                "You may say no. You may stop when you like: you do not lose for it the other help "
                "you are entitled to.",
            ),
            Text(
                "Vede i tuoi dati solo chi lavora al tuo progetto, e solo la parte che gli serve. "
                "Ogni lettura resta registrata.",
                "Your data are seen only by those who work on your project, and only the part they "
                "need. Every look is recorded.",
            ),
            Text(
                "Puoi sapere quali dati abbiamo, chi li ha letti, e farli correggere.",
                "You may know which data we have, who read them, and have them corrected.",
            ),
            Text(
                "Puoi ritirare l'autorizzazione a condividere i dati: da quel momento non passano "
                "più da un servizio all'altro.",
                "You may withdraw your permission to share data: from then on they pass no more "
                "from one service to another.",
            ),
            Text(
                "Se scoprire dove abiti ti mette in pericolo, dillo subito: il tuo indirizzo resta "
                "protetto.",
                "If it is dangerous for you that somebody finds out where you live, say so at "
                "once: your address stays protected.",
            ),
            Text(
                "Puoi chiedere un interprete o farti accompagnare da una persona di fiducia.",
                "You may ask for an interpreter or bring somebody you trust.",
            ),
        ),
    ),
)
WHERE = Text("A chi rivolgersi", "Where to go")
WHERE_LEAD = Text(
    "Rivolgiti allo sportello del Comune dove hai la residenza. Indirizzo, telefono e orari sono "
    "sul sito del Comune.",
    "Go to the desk of the comune where you are resident. Address, telephone and hours are on the "
    "comune's site.",
)
WHERE_ALL = Text(
    "Rivolgiti al segretariato sociale del Comune dove hai la residenza. Il servizio è nei Comuni "
    "di questi distretti.",
    "Go to the social desk of the comune where you are resident. The service is in the comuni of "
    "these districts.",
)
MADE_ON = Text("Volantino del {day}", "Leaflet of {day}")
FIND = Text("Trova il tuo sportello", "Find your desk")
FIND_LABEL = Text("In quale Comune hai la residenza?", "In which comune are you resident?")
FIND_HELP = Text(
    "Scrivi il nome, o scegli dall'elenco.", "Write its name, or choose from the list."
)
COMUNI = Text("Comuni", "Comuni")
ALL_COMUNI = Text("I Comuni di questo servizio", "The comuni of this service")
SEARCH = Text("Cerca", "Search")
YOUR_COMUNE = Text("Il tuo Comune", "Your comune")
YOUR_DESK = Text("Il tuo sportello", "Your desk")
YOUR_DISTRICT = Text("Distretto", "District")
FOUND = Text("Per chi vive a {comune}", "For those who live in {comune}")
WITH_YOU = Text("I servizi che possono aiutarti", "The services that may help you")
WITH_YOU_HELP = Text(
    "Se uno di questi ti segue già, può segnalarti lui.",
    "If one of these knows you already, it may refer you.",
)
OUTSIDE = Text("Fuori territorio", "Outside the area")
NOT_OURS = Text(
    "«{name}» non è tra i Comuni di questo servizio.",
    "“{name}” is not one of the comuni of this service.",
)
PERHAPS = Text("Forse cercavi {name}?", "Did you mean {name}?")
OUTSIDE_HELP = Text(
    "Se abiti lì, rivolgiti al servizio sociale del tuo Comune: può dirti quale servizio c'è da "
    "te.",
    "If you live there, go to the social services of your comune: they can tell you what there is "
    "for you.",
)
LEAFLET = Text("Scarica il volantino (PDF)", "Download the leaflet in Italian (PDF)")
LEAFLET_EN = Text("Volantino in inglese (PDF)", "Leaflet in English (PDF)")
LEAFLET_HELP = Text(
    "Da stampare o da dare a chi ne ha bisogno. Si legge anche con la sintesi vocale.",
    "To print or to give to whoever needs it. Screen readers can read it.",
)
HELP_NOW = Text("Se sei in pericolo", "If you are in danger")
HELP_NOW_TEXT = Text(
    "Chiama il 112. Se subisci violenza o stalking chiama il 1522: è gratis, attivo sempre, e chi "
    "risponde parla anche altre lingue.",
    "Call 112. If you suffer violence or stalking call 1522: free, at any hour, in several "
    "languages.",
)
FOR_STAFF = Text("Lavori in un servizio?", "Do you work in a service?")
FOR_STAFF_HELP = Text(
    "Per segnalare una persona accedi con le tue credenziali.",
    "To refer somebody, log in with your credentials.",
)
REFER = Text("Segnala una persona", "Refer somebody")
RESPONSIBLE = Text("A cura di: {lead}.", "By: {lead}.")
PAPER = Text("Volantino", "Leaflet")

PRIVACY_TITLE = Text("Come trattiamo i dati", "How we process data")
PRIVACY_LEAD = Text(
    "Informativa a norma degli articoli 13 e 14 del Regolamento (UE) 2016/679 (GDPR).",
    "Notice under articles 13 and 14 of Regulation (EU) 2016/679 (GDPR).",
)
PRIVACY: tuple[Section, ...] = (
    Section(
        Text("Chi tratta i dati", "Who processes the data"),
        (
            Text(
                "Titolare dell'intervento sociale è il Comune di residenza, in gestione associata "
                "con l'ente capofila indicato in questa pagina; ogni ente che partecipa (ASST, "
                "servizi per il lavoro, enti del terzo settore) è titolare di ciò che raccoglie.",
                "The comune of residence is controller of the social intervention, associated with "
                "the lead entity named on this page; each body that takes part (health provider, "
                "employment services, third sector) is controller of what it collects.",
            ),
            Text(
                "I recapiti del titolare e del responsabile della protezione dei dati sono sul "
                "sito del Comune di residenza e su quello dell'ente capofila.",
                "The contacts of the controller and of the data protection officer are on the "
                "sites of the comune of residence and of the lead entity.",
            ),
        ),
    ),
    Section(
        Text("Perché, e su quale base", "Why, and on what basis"),
        (
            Text(
                "Per valutare i bisogni e realizzare il progetto: è un compito di interesse "
                "pubblico (art. 6, par. 1, lett. e, e art. 9, par. 2, lett. g e h, del GDPR; art. "
                "2-sexies del D.Lgs. 196/2003; L. 328/2000; D.Lgs. 147/2017).",
                "To assess needs and carry out the project: a task in the public interest (GDPR "
                "art. 6(1)(e), art. 9(2)(g) and (h); D.Lgs. 196/2003 art. 2-sexies; L. 328/2000; "
                "D.Lgs. 147/2017).",
            ),
            Text(
                "Il passaggio di dati da un ente all'altro avviene con la tua autorizzazione, che "
                "dice quali dati, a chi, per che cosa e fino a quando.",
                "Data pass from one body to another by your authorisation, which says which data, "
                "to whom, for what and until when.",
            ),
        ),
    ),
    Section(
        Text("Quali dati, e chi li vede", "Which data, and who sees them"),
        (),
        (
            Text(
                "Dati identificativi e sociali: il servizio sociale del Comune.",
                "Identity and social data: the comune's social services.",
            ),
            Text(
                "Dati clinici: i servizi sanitari che li hanno scritti.",
                "Clinical data: the health services that wrote them.",
            ),
            Text(
                "Profilo e limiti per il lavoro, mai la diagnosi: i servizi per il lavoro.",
                "Work profile and limits, never the diagnosis: the employment services.",
            ),
            Text(
                "Chi governa e chi rendiconta vede solo numeri.",
                "Those who govern and report see only figures.",
            ),
            Text(
                "Il resto solo se lo hai autorizzato, o in un'emergenza, che viene verificata.",
                "Anything else only if you authorised it, or in an emergency, which is reviewed.",
            ),
        ),
    ),
    Section(
        Text("Per quanto tempo", "For how long"),
        (
            Text(
                "Per i tempi di conservazione degli atti amministrativi stabiliti dall'ente "
                "capofila dopo la fine del percorso. Scaduti i termini i dati si cancellano.",
                "For the retention times of administrative records set by the lead entity after "
                "the path has ended. Then the data are erased.",
            ),
        ),
    ),
    Section(
        Text("I tuoi diritti", "Your rights"),
        (),
        (
            Text(
                "Sapere quali dati ci sono, averne copia e sapere chi li ha letti (art. 15).",
                "To know which data there are, to have a copy and to know who read them (art. 15).",
            ),
            Text("Farli correggere (art. 16).", "To have them corrected (art. 16)."),
            Text(
                "Farli cancellare o bloccare, nei casi previsti (art. 17 e 18).",
                "To have them erased or restricted, where the law provides it (art. 17 and 18).",
            ),
            Text(
                "Opporti (art. 21) e ritirare in ogni momento l'autorizzazione a condividerli.",
                "To object (art. 21), and to withdraw at any time the permission to share them.",
            ),
            Text(
                "Rivolgerti al Garante per la protezione dei dati personali (art. 77).",
                "To complain to the Italian data protection authority (art. 77).",
            ),
        ),
    ),
    Section(
        Text("Questo sito", "This site"),
        (
            Text(
                "Usa solo cookie tecnici: quello dell'accesso e quello della lingua. Non ci sono "
                "statistiche, pubblicità o richieste ad altri siti.",
                "It uses technical cookies only: for the login and the language. There are no "
                "statistics, no advertising, no requests to other sites.",
            ),
        ),
    ),
)
ACCESSIBILITY_TITLE = Text("Dichiarazione di accessibilità", "Accessibility statement")
ACCESSIBILITY_LEAD = Text(
    "L'ente si impegna a rendere accessibile questo sito a norma della legge 9 gennaio 2004, n. 4, "
    "e della direttiva (UE) 2016/2102.",
    "The body is committed to making this site accessible under Italian law no. 4 of 9 January "
    "2004 and Directive (EU) 2016/2102.",
)
ACCESSIBILITY: tuple[Section, ...] = (
    Section(
        Text("Stato di conformità", "Compliance status"),
        (
            Text(
                "Le pagine sono fatte per rispettare le WCAG 2.1, livello AA (UNI CEI EN 301549). "
                "Ogni versione è controllata con prove automatiche (axe-core, regole WCAG 2.0, 2.1 "
                "e 2.2 A e AA), da tastiera, senza JavaScript e su schermi stretti.",
                "The pages are made to meet WCAG 2.1 level AA (EN 301549). Every version is "
                "checked by automated tests (axe-core, WCAG 2.0, 2.1 and 2.2 A and AA rules), by "
                "keyboard, without JavaScript and on narrow screens.",
            ),
            Text(
                "Le prove automatiche non bastano a dichiarare la conformità: l'ente che pubblica "
                "il sito compila la dichiarazione formale secondo le Linee guida AgID e ne indica "
                "qui il collegamento.",
                "Automated tests are not enough to claim compliance: the body that publishes the "
                "site draws up the formal statement under AgID's guidelines and links it here.",
            ),
        ),
    ),
    Section(
        Text("Contenuti non accessibili", "Content that is not accessible"),
        (
            Text(
                "I documenti allegati ai casi da altri (scansioni, lettere) possono non essere "
                "accessibili. I documenti prodotti dal sistema sono PDF con struttura (PDF/UA-1).",
                "Documents attached to cases by others (scans, letters) may not be accessible. "
                "Documents that the system makes are tagged PDF (PDF/UA-1).",
            ),
        ),
    ),
    Section(
        Text("Segnalare un problema", "Report a problem"),
        (
            Text(
                "Se qualcosa non si legge o non si usa, scrivi all'ente capofila indicato in "
                "questa pagina: dai l'indirizzo della pagina, e di' che cosa è successo e con "
                "quale programma. La risposta arriva entro 30 giorni.",
                "If something cannot be read or used, write to the lead entity named on this page: "
                "give the page's address, what happened and with which program. The answer comes "
                "within 30 days.",
            ),
            Text(
                "Se la risposta non arriva o non basta, ci si può rivolgere al Difensore civico "
                "per il digitale, presso l'AgID (L. 4/2004, art. 3-quinquies).",
                "If no answer comes or it is not enough, one may turn to the digital ombudsman at "
                "AgID (L. 4/2004 art. 3-quinquies).",
            ),
        ),
    ),
)
