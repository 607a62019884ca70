import Testing

@testable import Wire

@Suite struct BuiltInStyleTests {
    @Test func everyStyleHasANameOfItsOwn() {
        let styles = BuiltInStyle.all
        #expect(styles.count == 26 && styles.map(\.number) == Array(0..<26))
        #expect(Set(styles.map(\.name)).count == styles.count)
        #expect(Set(styles.map(\.look)).count == styles.count)
        for style in styles {
            #expect(style.name.wholeMatch(of: /[a-z]+(-[a-z]+)+/) != nil, "\(style.name)")
            #expect(style.name.count <= BuiltInStyle.nameLimit && NameRule.violation(in: style.name) == nil)
            #expect(!style.look.isEmpty)
        }
    }

    @Test func namesAndAliasesMeanTheSame() {
        for style in BuiltInStyle.all {
            #expect(style.alias == "numbered-\(style.number)")
            #expect(BuiltInStyle(named: style.name) == style)
            #expect(BuiltInStyle(named: style.alias) == style)
            #expect(BuiltInStyle.number(of: style.name) == style.number)
        }
        #expect(BuiltInStyle(named: "numbered-07") == BuiltInStyle.all[7])
    }

    @Test(arguments: ["", "numbered-", "numbered-x", "Ember-Red", "ember", "7", "numbered-99999999999999999999"])
    func otherTextsMeanNoNumber(_ text: String) {
        #expect(BuiltInStyle.number(of: text) == nil)
        #expect(BuiltInStyle(named: text) == nil)
    }

    @Test(arguments: [("numbered-26", 26), ("numbered--1", -1)])
    func aNumberWithoutAStyleIsANumber(_ text: String, _ number: Int) {
        #expect(BuiltInStyle.number(of: text) == number)
        #expect(BuiltInStyle(named: text) == nil)
    }
}
