import Testing

@testable import Wire

@Suite struct ErrorCodeTests {
    @Test(arguments: ErrorCode.allCases)
    func codesAreKebabCaseAndSentencesAreWhole(code: ErrorCode) {
        #expect(code.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
        #expect(code.meaning.hasSuffix("."))
        #expect(code.hint.hasSuffix("."))
    }
}
