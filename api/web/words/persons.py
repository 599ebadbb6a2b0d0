"""A person: their rights, who may be the same, what waits to be decided."""

from protocols.text import Text

PERSON = Text("Persona", "Person")
NUMBER = Text("persona {number}", "person {number}")
ERASED = Text("cancellata", "erased")
ERASED_MORE = Text(
    "I dati di questa persona sono stati cancellati: restano i fatti, senza di chi erano.",
    "This person's data were erased: the facts stay, without whose they were.",
)
HELD_NOW = Text("vincolo di conservazione", "legal hold")
RESTRICTED_NOW = Text("trattamento limitato", "processing restricted")
ASKED_NOW = Text("cancellazione chiesta", "erasure asked for")
RESTRICTION_IS = Text("Trattamento limitato: {ground}.", "Processing is restricted: {ground}.")
EASED_UNTIL = Text("{name} può lavorarci fino al {day}.", "{name} may work on it until {day}.")
ASKED_IS = Text(
    "{name} ha chiesto la cancellazione il {day} ({ground}): la decide un'altra persona.",
    "{name} asked for the erasure on {day} ({ground}): somebody else decides it.",
)
CASES = Text("Casi", "Cases")
NO_CASES = Text("Nessun caso che tu possa vedere.", "No case that you may see.")
OTHER_CASES_ONE = Text("Un caso che non puoi vedere.", "One case that you may not see.")
OTHER_CASES = Text("{n} casi che non puoi vedere.", "{n} cases that you may not see.")
RIGHTS = Text("Diritti e tutela dei dati", "Rights and protection of the data")
NO_RIGHTS = Text(
    "Con i tuoi ruoli non si decide nulla sui dati di questa persona.",
    "With your roles nothing is decided about this person's data.",
)
MERGED = Text("Registrazioni unite", "Merged registrations")
MERGED_LEAD = Text(
    "Per questa persona valgono anche queste registrazioni.",
    "This person stands for these registrations too.",
)
PROPOSED = Text("Unioni proposte", "Proposed merges")
SAME = Text("Chi potrebbe essere la stessa persona", "Who may be the same person")
SAME_LEAD = Text(
    "Le somiglianze dicono dove guardare, non chi è: confrontale con un documento.",
    "Likeness tells where to look, not who it is: compare with an identity document.",
)
SAME_NONE = Text("Nessuno che le somigli", "Nobody is like this person")
SAME_HIDDEN = Text(
    "Senza vedere i dati identificativi non si può cercare chi somiglia.",
    "Without seeing the identity data one cannot look for who is alike.",
)
SAME_ANONYMOUS = Text(
    "Chi è anonimo non si confronta con nessuno.", "Who is anonymous is compared with nobody."
)
COMPARE = Text("Metti a confronto", "Put side by side")
SCORE = Text("{n} su 100", "{n} out of 100")
SEE = Text("Guarda e decidi", "Look and decide")

# What may be done
WHY = Text("Motivo", "Reason")
WHY_HELP = Text(
    "Resta nel registro, cifrato come i dati della persona.",
    "It stays in the log, encrypted like the person's data.",
)
NOT_YOURS = Text(
    "I tuoi ruoli non permettono di deciderlo.", "Your roles do not allow you to decide this."
)
ASK_WHOM = Text("Chiedere a chi coordina o tutela i dati.", "Ask who coordinates or protects data.")
NO_SUCH_ACT = Text("Non c'è un tale atto.", "There is no such act.")
CONFIRM_FIRST = Text("Mettere la spunta per confermare.", "Tick the box to confirm.")
A_DAY = Text("Scrivere un giorno, come 31/12/2026.", "Write a day, as 31/12/2026.")
YES_OR_NO = Text("Scegliere se approvare o respingere.", "Choose whether to approve or decline.")
CORRECT = Text("Rettifica i dati", "Correct the data")
CORRECT_LEAD = Text(
    "Art. 16 del regolamento europeo. I dati di prima restano nella storia. Un campo lasciato "
    "vuoto si toglie.",
    "Art. 16 of the European regulation. What was there before stays in the history. A field left "
    "empty is taken away.",
)
CORRECT_BLIND = Text(
    "Non vedi i dati di adesso: scrivi solo quelli che vanno cambiati.",
    "You do not see the present data: write only what is to be changed.",
)
CORRECTED = Text("Dati rettificati.", "The data are corrected.")
SEX = Text("Sesso", "Sex")
SEXES = {
    "F": Text("Femmina", "Female"),
    "M": Text("Maschio", "Male"),
    "X": Text("Altro", "Other"),
}
DECLINE = Text("Respingi una rettifica chiesta", "Decline a correction asked for")
DECLINE_LEAD = Text(
    "I dati restano come sono. Il motivo va detto alla persona (art. 12.4).",
    "The data stay as they are. The reason is owed to the person (art. 12.4).",
)
WHICH_FIELDS = Text("Quali dati aveva chiesto di cambiare", "Which data were asked to be changed")
DECLINED = Text("Rifiuto registrato.", "The refusal is recorded.")
RESTRICT = Text("Limita il trattamento", "Restrict processing")
RESTRICT_LEAD = Text(
    "Art. 18: i dati si conservano e basta. Nessuno lavora sui suoi casi e non parte nulla in "
    "automatico; i termini di legge corrono.",
    "Art. 18: the data are stored and nothing else. Nobody works on the cases and nothing is sent; "
    "terms set by law run on.",
)
RESTRICTED = Text("Trattamento limitato.", "Processing is restricted.")
GROUND = Text("Perché", "On what ground")
EASE = Text("Ammetti qualcuno a lavorarci", "Let somebody work on it")
EASE_LEAD = Text(
    "Art. 18.2: per una cosa da fare, al più per novanta giorni.",
    "Art. 18.2: for something to be done, ninety days at most.",
)
EASED = Text("Operatore ammesso.", "The operator is let in.")
TO = Text("Chi", "Who")
UNTIL = Text("Fino al giorno", "Until the day")
EASED_FOR = {
    "consent": Text("la persona acconsente", "the person consents"),
    "legal_claim": Text("un diritto in giudizio", "a legal claim"),
    "rights_of_others": Text("la tutela di altri", "protecting the rights of others"),
    "public_interest": Text("un rilevante interesse pubblico", "important public interest"),
}
LIFT = Text("Togli la limitazione", "Lift the restriction")
LIFT_LEAD = Text(
    "Da quel momento sui suoi casi si lavora di nuovo.", "From then on the cases are worked on."
)
TOLD_BEFORE = Text(
    "La persona è stata informata prima (art. 18.3)", "The person was told before (art. 18.3)"
)
LIFTED = Text("Limitazione tolta.", "The restriction is lifted.")
ERASE = Text("Chiedi la cancellazione", "Ask for erasure")
ERASE_LEAD = Text(
    "La decide un'altra persona. Gli atti leciti si conservano per il tempo dovuto (art. 17.3): "
    "prima si cancella solo ciò che era illecito, o che ordina un giudice.",
    "Somebody else decides it. Lawful records are kept for the time due (art. 17.3): before that "
    "only what was unlawful, or what a court orders, is erased.",
)
ERASE_ASK = Text("Chiedi", "Ask")
ERASURE_ASKED = Text("Cancellazione chiesta.", "The erasure is asked for.")
ERASED_FOR = {
    "unlawful": Text("dati raccolti senza titolo", "data gathered unlawfully"),
    "court_order": Text("ordine di un giudice", "a court's order"),
    "retention_over": Text("tempo di conservazione finito", "the time of keeping is over"),
}
DECIDE = Text("Decidi la cancellazione", "Decide the erasure")
DECIDE_LEAD = Text(
    "Approvata è per sempre: nessuno potrà più leggere i dati di questa persona, nemmeno noi.",
    "Approved, it is for ever: nobody will be able to read this person's data, not even we.",
)
APPROVE_ERASURE = Text("Approva: cancella per sempre", "Approve: erase for ever")
DECLINE_ERASURE = Text("Respingi", "Decline")
DECISION = Text("Decisione", "Decision")
CONFIRM_ERASURE = Text(
    "Se approvo: confermo che non si torna indietro",
    "If I approve: I confirm that there is no way back",
)
WHY_DECLINED = Text("Motivo, se si respinge", "Reason, if declined")
DECIDED = Text("Decisione registrata.", "The decision is recorded.")
HOLD = Text("Vincola alla conservazione", "Place a legal hold")
HOLD_LEAD = Text(
    "Finché c'è il vincolo nulla si cancella: per una causa, un'indagine, un accesso agli atti.",
    "While it is there nothing is erased: for a lawsuit, an inquiry, access to records.",
)
HELD = Text("Vincolo messo.", "The hold is placed.")
UNHOLD = Text("Togli il vincolo", "Lift the legal hold")
UNHOLD_LEAD = Text(
    "Da quel momento valgono di nuovo i tempi di conservazione.",
    "From then on the times of keeping count again.",
)
UNHELD = Text("Vincolo tolto.", "The hold is lifted.")
GRAVE = Text("Non si può annullare.", "It cannot be undone.")

# Side by side
BESIDE = Text("Due registrazioni a confronto", "Two registrations side by side")
BESIDE_LEAD = Text(
    "Unirle non sposta nulla: una resta e vale anche per l'altra. Se era un errore si separano.",
    "Merging moves nothing: one is kept and stands for the other. If it was a mistake they are "
    "parted.",
)
DATUM = Text("Dato", "Datum")
FIRST = Text("Prima", "First")
SECOND = Text("Seconda", "Second")
EQUAL = Text("uguale", "the same")
DIFFERENT = Text("diverso", "different")
MISSING = Text("manca", "missing")
KEEP = Text("Quale resta", "Which one is kept")
PROPOSE = Text("Proponi di unirle", "Propose to merge them")
PROPOSE_LEAD = Text("La decide un altro operatore.", "Somebody else decides it.")
PROPOSED_BY = Text(
    "{name} ha proposto di unirle: resterebbe la persona {number}.",
    "{name} proposed to merge them: person {number} would be kept.",
)
OWN_PROPOSAL = Text(
    "L'hai proposto tu: decide un altro operatore.",
    "You proposed it: somebody else decides.",
)
APPROVE = Text("Unisci", "Merge")
REFUSE = Text("Sono due persone", "They are two persons")
PART = Text("Separa", "Part them")
PART_LEAD = Text(
    "Ciò che si è aperto dopo l'unione resta alla persona che era rimasta.",
    "What was opened after the merge stays with the person that was kept.",
)
TOGETHER = Text("Queste due registrazioni sono unite.", "These two registrations are merged.")
CHOOSE = Text("Scegliere che cosa fare.", "Choose what to do.")
CANNOT = Text("Con i tuoi ruoli qui si guarda soltanto.", "With your roles one only looks here.")
SAID_OF = {
    "propose": Text("Unione proposta.", "The merge is proposed."),
    "approve": Text("Registrazioni unite.", "The registrations are merged."),
    "decline": Text("Annotato: sono due persone.", "Noted: they are two persons."),
    "part": Text("Registrazioni separate.", "The registrations are parted."),
}

# What waits
TO_DECIDE = Text("Da decidere sulle persone", "To be decided about persons")
TO_DECIDE_LEAD = Text(
    "Le persone sono indicate con il numero: i nomi li vede chi segue un loro caso.",
    "Persons are given by number: names are seen by those who follow one of their cases.",
)
MERGES_WAITING = Text("Unioni proposte", "Proposed merges")
NO_MERGES = Text("Nessuna unione da decidere.", "No merge to be decided.")
SUSPECTED = Text("Probabili doppioni", "Likely duplicates")
SUSPECTED_HELP = Text(
    "Trovati dal sistema in tutta l'installazione; chi non ha una data di nascita, o è anonimo, "
    "non si trova così.",
    "Found by the system in the whole installation; who has no date of birth, or is anonymous, is "
    "not found in this way.",
)
NO_SUSPECTED = Text("Nessun probabile doppione.", "No likely duplicate.")
ERASURES_WAITING = Text("Cancellazioni chieste", "Erasures asked for")
NO_ERASURES = Text("Nessuna cancellazione da decidere.", "No erasure to be decided.")
BY = Text("Chi l'ha chiesto", "Asked by")
ON = Text("Quando", "When")
PAIR = Text("{one} e {other}", "{one} and {other}")
HOW_LIKELY = Text("Quanto è probabile", "How likely")
HINDRANCE = Text("Che cosa lo impedisce", "What forbids it")
NOTHING_FORBIDS = Text("nulla", "nothing")
