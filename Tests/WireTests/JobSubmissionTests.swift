import Testing

@testable import Wire

@Suite struct JobSubmissionTests {
    private func code(_ query: [(name: String, value: String)]) -> ErrorCode? {
        do throws(ReportError) {
            _ = try JobSubmission(query: query)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func readsTheShortForms() throws {
        #expect(
            try JobSubmission(query: [("kind", "enroll"), ("name", "a b.jpg"), ("person", "ada"), ("priority", "-3")])
                == JobSubmission(task: JobTask(.enroll, named: "ada"), name: "a b.jpg", priority: -3))
        #expect(
            try JobSubmission(query: [("kind", "stylize"), ("name", "a.jpg"), ("style", "x"), ("style", "y")]).task
                == JobTask(.stylize) {
                    $0.styles = [StyleChoice(source: .name("x")), StyleChoice(source: .name("y"))]
                })
    }

    @Test func readsWhatItWrites() throws {
        let tasks = [
            JobTask(.enroll, named: "Åsa & Söhne"),
            JobTask(.verify) {
                $0.person = "a=b"
                $0.threshold = 0.41
            },
            JobTask(.identify) {
                $0.top = 2
                $0.annotate = .off
            },
            JobTask(.stylize) {
                $0.styles = [StyleChoice(source: .name("wave"), weight: 2)]
                $0.preset = .fast
                $0.seed = .max
                $0.styleLayers = ["relu1_1": 0.125]
            },
        ]
        for task in tasks {
            let submission = JobSubmission(task: task, name: "é 🙂.jpg", priority: 9)
            #expect(try JobSubmission(query: submission.queryItems()) == submission)
        }
    }

    @Test func refuses() {
        #expect(code([("name", "a.jpg")]) == .optionInvalid)
        #expect(code([("kind", "feedback"), ("name", "a.jpg")]) == .optionInvalid)
        #expect(code([("kind", "paint"), ("name", "a.jpg")]) == .optionInvalid)
        #expect(code([("kind", "identify")]) == .nameInvalid)
        for name in ["../a.jpg", ".", "..", "a/\u{301}.jpg", "a\0\u{301}"] {
            #expect(code([("kind", "identify"), ("name", name)]) == .nameInvalid)
        }
        #expect(code([("kind", "identify"), ("name", "a"), ("name", "b")]) == .optionInvalid)
        #expect(code([("kind", "identify"), ("name", "a"), ("colour", "b")]) == .optionInvalid)
        #expect(code([("kind", "identify"), ("name", "a"), ("person", "b")]) == .optionInvalid)
        #expect(code([("kind", "identify"), ("name", "a"), ("priority", "1e3")]) == .optionInvalid)
        #expect(code([("kind", "identify"), ("name", "a"), ("options", "{\"topp\":1}")]) == .manifestUnknownKey)
        #expect(code([("kind", "enroll"), ("name", "a"), ("person", "b/c")]) == .nameInvalid)
        #expect(code([("kind", "enroll"), ("name", "a"), ("person", "b"), ("options", "{}")]) == .optionInvalid)
        #expect(code([("kind", "verify"), ("name", "a"), ("options", "{\"reference\":\"b\"}")]) == .optionInvalid)
    }

    /// In the words of a request: a query has no lines, no flags and no file that could be dropped.
    @Test(arguments: [
        (["kind": "enroll", "name": "a"], "\"person\" is missing."),
        (["kind": "identify", "name": "a", "options": "{\"topp\":1}"], "unknown key \"topp\"; did you mean \"top\"?"),
        (["kind": "stylize", "name": "a", "options": "{\"keepColors\":true}"], "it is \"colors\": \"content\""),
        (["kind": "identify", "name": "a", "options": "{"], "\"options\" is not JSON: "),
        (
            ["kind": "identify", "name": "a", "persom": "b"],
            "there is no parameter \"persom\"; did you mean \"person\"?"
        ),
    ])
    func saysWhatIsWrong(query: [String: String], words: String) {
        do throws(ReportError) {
            _ = try JobSubmission(query: query.map { (name: $0.key, value: $0.value) })
            Issue.record("it was taken")
        } catch {
            #expect(error.message.contains(words), "\(error.message)")
            let told = error.message + error.hint
            for word in ["line ", "--", "drop", "the manifest"] {
                #expect(!told.contains(word) || words.hasSuffix("JSON: "), "\(told)")
            }
        }
    }
}
