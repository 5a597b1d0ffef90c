package mhc.reports;

import java.io.StringWriter;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import mhc.reports.Gate.Check;
import mhc.reports.Gate.Outcome;

/** A gate as the XML that JUnit writes and that build servers read: worse is a failure, what cannot be told an error. */
public final class JUnitXml {
    private JUnitXml() {}

    public static String of(Gate gate) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument();
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "mhc-eval gate");
            xml.writeAttribute("tests", Integer.toString(gate.checks().size()));
            xml.writeAttribute("failures", count(gate, Outcome.WORSE));
            xml.writeAttribute("errors", count(gate, Outcome.UNTOLD));
            for (Check check : gate.checks()) {
                xml.writeCharacters("\n  ");
                write(check, xml);
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException(e);
        }
        return text + "\n";
    }

    private static String count(Gate gate, Outcome outcome) {
        return Long.toString(gate.checks().stream()
                .filter(check -> check.outcome() == outcome)
                .count());
    }

    private static void write(Check check, XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", check.model());
        xml.writeAttribute("name", check.benchmark());
        switch (check.outcome()) {
            case HELD -> {
                xml.writeStartElement("system-out");
                xml.writeCharacters(check.said());
                xml.writeEndElement();
            }
            case WORSE -> complaint("failure", "worse", check, xml);
            case UNTOLD -> complaint("error", "cannot tell", check, xml);
        }
        xml.writeEndElement();
    }

    private static void complaint(String element, String type, Check check, XMLStreamWriter xml)
            throws XMLStreamException {
        xml.writeStartElement(element);
        xml.writeAttribute("type", type);
        xml.writeAttribute("message", type + ": " + check.said());
        xml.writeEndElement();
    }
}
