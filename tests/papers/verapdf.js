// veraPDF's verdict on each file named, a line of JSON each, by its PDF/UA-1 profile (ISO 14289-1).
// The profile is put together here because the library reads it with JAXB, which no Java has today.

var pdfa = Packages.org.verapdf.pdfa;
var profiles = pdfa.validation.profiles.Profiles;
var flavour = pdfa.flavours.PDFAFlavour.PDFUA_1;
var none = new Packages.java.util.ArrayList();

Packages.java.util.logging.LogManager.getLogManager().reset();
Packages.org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider.initialise();

function each(under, name) {
  var nodes = under.getElementsByTagName(name), found = [];
  for (var i = 0; i < nodes.getLength(); i++) found.push(nodes.item(i));
  return found;
}

function text(under, name) {
  return each(under, name)[0].getTextContent();
}

function rule(said) {
  var id = each(said, "id")[0];
  var number = parseInt(id.getAttribute("testNumber"), 10);
  var specification = pdfa.flavours.PDFAFlavour.Specification.ISO_14289_1;
  return profiles.ruleFromValues(
    profiles.ruleIdFromValues(specification, id.getAttribute("clause"), number),
    said.getAttribute("object"),
    said.getAttribute("deferred") == "true" ? Packages.java.lang.Boolean.TRUE : null,
    said.getAttribute("tags"),
    text(said, "description"),
    text(said, "test"),
    profiles.errorFromValues(text(said, "message"), none),
    none
  );
}

function variable(said) {
  return profiles.variableFromValues(
    said.getAttribute("name"),
    said.getAttribute("object"),
    text(said, "defaultValue"),
    text(said, "value")
  );
}

function profile() {
  var loader = Packages.java.lang.Thread.currentThread().getContextClassLoader();
  var stream = loader.getResourceAsStream("org/verapdf/pdfa/validation/PDFUA-1.xml");
  var builder = Packages.javax.xml.parsers.DocumentBuilderFactory.newInstance();
  var document = builder.newDocumentBuilder().parse(stream);
  var rules = new Packages.java.util.HashSet();
  var variables = new Packages.java.util.HashSet();
  each(document, "rule").forEach(function (said) { rules.add(rule(said)); });
  each(document, "variable").forEach(function (said) { variables.add(variable(said)); });
  var details = profiles.profileDetailsFromValues("PDF/UA-1", "", "", new Packages.java.util.Date(0));
  return profiles.profileFromValues(flavour, details, "", rules, variables);
}

function verdict(rules, file) {
  var stream = new Packages.java.io.FileInputStream(file);
  var parser = pdfa.Foundries.defaultInstance().createParser(stream, flavour);
  var validators = pdfa.validation.validators.ValidatorFactory;
  var result = validators.createValidator(rules, false).validate(parser);
  parser.close();
  var failed = {}, said = result.getTestAssertions().iterator();
  while (said.hasNext()) {
    var one = said.next(), id = one.getRuleId();
    failed[id.getClause() + "-" + id.getTestNumber()] = String(one.getMessage());
  }
  return {
    rules: Number(rules.getRules().size()),
    checks: Number(result.getTotalAssertions()),
    compliant: Boolean(result.isCompliant()),
    failed: failed,
  };
}

var rules = profile();
for (var i = 0; i < arguments.length; i++) print(JSON.stringify(verdict(rules, arguments[i])));
