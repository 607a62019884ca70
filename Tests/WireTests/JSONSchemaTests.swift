import TestSupport
import Testing

/// The validator itself: it must refuse, or its silence means nothing.
@Suite struct JSONSchemaTests {
    @Test(arguments: [
        (#"{"type":"object"}"#, "{}", "[]"), (#"{"type":"integer"}"#, "3", "3.5"), (#"{"type":"string"}"#, "\"\"", "1"),
        (#"{"const":1}"#, "1.0", "2"), (#"{"enum":["a",null]}"#, "null", "\"b\""), (#"{"minimum":2}"#, "2", "1.9"),
        (#"{"maximum":2}"#, "2", "2.1"), (#"{"minLength":2}"#, "\"ab\"", "\"a\""),
        (#"{"maxLength":1}"#, "\"é\"", "\"ab\""),
        (#"{"pattern":"^a+$"}"#, "\"aa\"", "\"ab\""), (#"{"required":["a"]}"#, #"{"a":1}"#, #"{"b":1}"#),
        (#"{"properties":{"a":{"type":"null"}}}"#, #"{"a":null}"#, #"{"a":1}"#),
        (#"{"properties":{"a":true},"additionalProperties":false}"#, #"{"a":1}"#, #"{"a":1,"b":1}"#),
        (#"{"additionalProperties":{"type":"number"}}"#, #"{"a":1}"#, #"{"a":"1"}"#),
        (#"{"items":{"type":"number"}}"#, "[1,2]", "[1,\"2\"]"), (#"{"minItems":1}"#, "[1]", "[]"),
        (#"{"maxItems":1}"#, "[1]", "[1,2]"), (#"{"uniqueItems":true}"#, "[1,2]", "[1,1.0]"),
        (#"{"minProperties":1}"#, #"{"a":1}"#, "{}"), (#"{"not":{"type":"null"}}"#, "1", "null"),
        (#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, "1.5", "3"), (#"{"anyOf":[{"const":1},{"const":2}]}"#, "2", "3"),
        (#"{"oneOf":[{"minimum":1},{"minimum":2}]}"#, "1", "2"),
        (#"{"if":{"minimum":5},"then":{"maximum":9},"else":{"maximum":2}}"#, "7", "4"),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"const":1}}}"##, "1", "2"),
    ])
    func acceptsAndRefuses(rule: String, good: String, bad: String) throws {
        let schema = try JSONSchema(text: rule)
        #expect(try schema.violations(in: good.utf8) == [])
        #expect(try !schema.violations(in: bad.utf8).isEmpty)
    }

    @Test(arguments: [
        #"{"tpye":"object"}"#, #"{"properties":{"a":{"format":"date"}}}"#, #"{"items":{"oneOf":[{"minimun":1}]}}"#,
        #"{"$defs":{"a":{"exclusiveMinimum":1}}}"#, ##"{"$ref":"#/$defs/b"}"##, #"{"pattern":"("}"#, "[]", "1",
    ])
    func refusesSchemasThatItCannotCheck(rule: String) {
        #expect(throws: JSONSchema.Refusal.self) { try JSONSchema(text: rule) }
    }
}
