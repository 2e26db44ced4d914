"""Those whose words we know. One more is one more entry here, and its cases in the tests."""

from gateway.providers.ussd.aggregators import in_json, in_text, in_xml

DIALECTS = in_text.DIALECTS | in_json.DIALECTS | in_xml.DIALECTS
