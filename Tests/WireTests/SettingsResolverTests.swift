import Testing

@testable import Wire

@Suite struct SettingsResolverTests {
    private let home = ["HOME": "/home/ada"]

    private func resolve(
        _ yaml: String? = nil, environment: [String: String] = [:], flags: [SettingsResolver.Flag] = []
    ) throws -> SettingsResolver {
        try SettingsResolver.resolve(
            file: yaml.map { SettingsResolver.File(path: "limner.yaml", text: $0) },
            environment: environment.merging(home) { given, _ in given }, flags: flags)
    }

    private func mistakes(
        _ yaml: String? = nil, environment: [String: String] = [:], flags: [SettingsResolver.Flag] = []
    ) -> [String] {
        do {
            _ = try resolve(yaml, environment: environment, flags: flags)
            return []
        } catch {
            return (error as? SettingsError)?.mistakes.map(\.description) ?? ["\(error)"]
        }
    }

    private func entry(_ resolver: SettingsResolver, _ key: String) -> ConfigAnswer.Entry? {
        resolver.answer.entries.first { $0.key == key }
    }

    @Test func startsFromBuiltInValues() throws {
        let resolver = try resolve()
        var expected = Settings()
        expected.models.path = "/home/ada/.cache/limner/models"
        #expect(resolver.settings == expected)
        #expect(resolver.answer.entries.allSatisfy { $0.origin == "default" })
        #expect(resolver.answer.entries.map(\.key) == SettingsCatalogue.keys.map(\.name))
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "~"])
    func emptyFilesSetNothing(text: String) {
        #expect(mistakes(text).isEmpty)
    }

    @Test func laterSourcesWin() throws {
        let yaml = """
            # settings
            root: /srv/limner
            intake:
              stability: 500ms
              maxPixels: 1000
            faces.threshold: 0.5
            """
        let resolver = try resolve(
            yaml, environment: ["LIMNER_INTAKE_STABILITY": "2", "LIMNER_FACES_THRESHOLD": "0.6"],
            flags: [
                SettingsResolver.Flag(name: "--root", key: "root", value: "/tmp/demo/"),
                SettingsResolver.Flag(assignment: "faces.threshold=0.7")!,
            ])
        #expect(resolver.settings.intake.stability == .seconds(2))
        #expect(resolver.settings.options.threshold == 0.7)
        #expect(resolver.settings.folders.inbox == "/tmp/demo/inbox")
        #expect(entry(resolver, "root")?.origin == "--root")
        #expect(entry(resolver, "faces.threshold")?.origin == "--set")
        #expect(entry(resolver, "intake.stability")?.origin == "environment LIMNER_INTAKE_STABILITY")
        #expect(entry(resolver, "intake.maxPixels")?.origin == "limner.yaml:5")
        #expect(entry(resolver, "intake.maxPixels")?.value == "1000")
        #expect(entry(resolver, "retries.max")?.origin == "default")
    }

    @Test func listsEveryMistakeOfEverySource() {
        let found = mistakes(
            """
            intake:
              stabilty: 1s
              maxPixels: many
            stylize:
              preset: standart
            banana: 3
            workers: [1, 2]
            """,
            environment: ["LIMNER_FACES_THRESHOLD": "2", "LIMNER_WORKERS_COUNTS": "3", "LIMNER_SCRIPT_NAME": "x"],
            flags: [SettingsResolver.Flag(assignment: "root=relative")!])
        #expect(
            found == [
                "limner.yaml:7: workers is a list; no setting is",
                "limner.yaml:2: there is no setting \"intake.stabilty\"; did you mean \"intake.stability\"?",
                "limner.yaml:3: intake.maxPixels is \"many\"; expected a whole number, 1 to 4000000000",
                "limner.yaml:5: stylize.preset is \"standart\"; expected one of fast, polished, draft, standard, fine, gatys, neural-style, "
                    + "neural-style-tf, hwalsuklee, style-transfer-pytorch, deep-photo, photo; did you mean \"standard\"?",
                "limner.yaml:6: there is no setting \"banana\"",
                "environment LIMNER_FACES_THRESHOLD: faces.threshold is \"2\"; expected 0, or a number, -1.0 to 1.0",
                "environment LIMNER_WORKERS_COUNTS: there is no setting \"LIMNER_WORKERS_COUNTS\"; did you mean \"LIMNER_WORKERS_COUNT\"?",
                "--set: root is \"relative\"; expected an absolute path without \"..\"",
            ])
    }

    @Test(arguments: [
        "a: [", "intake: {stability: 1", "a: b: c", "- 1\n- 2", "just text", "root: /a\nroot: /b", "root: *x", "\t- :",
        "root: {a: {b: {c: {d: 1}}}}", "intake: {stability: 1s}\nintake.stability: 2s",
    ])
    func brokenFilesAreMistakes(text: String) {
        #expect(!mistakes(text).isEmpty, "\(text)")
    }

    /// Each would take minutes and gigabytes to read; all are refused with one mistake.
    @Test func aFileThatIsDearerThanItsLengthIsRefused() {
        let levels = (0..<20).map { "k\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]" }.dropFirst().joined(separator: "\n")
        let bomb = "k0: &a0 [x]\n" + levels
        let keys = (0..<20).map { "? &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n: 1" }.dropFirst().joined(separator: "\n")
        let marks = String(repeating: "\u{301}", count: 10_000)
        let escapes = #""a"# + String(repeating: #"\u0301"#, count: 8000) + #"": 1"#
        for text in [
            bomb, "? &a0 [x]\n: 1\n" + keys, "a\(marks): 1\na\(marks): 2", escapes,
            (0..<200_000).map { "a\($0): 1\n" }.joined(), String(repeating: "[", count: 60_000),
            (0..<2000).map { "a\($0): 1\n" }.joined(), String(repeating: " ", count: 1 << 20),
        ] {
            let found = mistakes(text)
            #expect((1...1001).contains(found.count), "\(text.prefix(40)): \(found.count)")
        }
        // Few of them are as they ever were, and so are asterisks elsewhere.
        #expect(mistakes("intake: &a {stability: 1s}").isEmpty)
        let remarks = String(repeating: "# *not* an *alias*\n", count: 100)
        #expect(mistakes(remarks + "hooks.completed: \"/bin/ls * *.png\"").allSatisfy { !$0.contains("aliases") })
    }

    @Test func duplicateKeysNameTheLine() {
        #expect(
            mistakes("intake:\n  stability: 1s\nintake.stability: 2s") == [
                "limner.yaml:3: intake.stability is given twice"
            ])
    }

    @Test(arguments: [
        ("workers:\n  count: 2\n  count: 3", 3), ("intake:\n  # x\n  mode: poll\n\n  \"mode\" : auto", 5),
        ("workers: {count: 1}\nintake:\n  mode: poll\nworkers: {count: 1}", 4), ("workers: {count: 1, count: 2}", 1),
    ])
    func aKeyThatYAMLFindsTwiceIsToldWhereItStandsAgain(text: String, line: Int) {
        let found = mistakes(text)
        #expect(
            found.count == 1 && found[0].hasPrefix("limner.yaml:\(line): not YAML: a key is given twice: "), "\(found)")
    }

    /// As with all that it holds commented out.
    @Test(arguments: ["workers:", "workers:\n  # count: 2\n", "workers: {}", "workers.count:", "workers:\n  count: ~"])
    func whatNothingStandsBehindIsAsIfItWasNotThere(text: String) throws {
        #expect(try resolve(text).settings == resolve().settings)
        let ignore = try resolve("intake:\n  ignore:\n  mode: poll\n").settings.intake
        #expect(ignore.ignore == IgnoredNames.builtIn && ignore.mode == .poll)
        #expect(try resolve("intake.ignore: \"\"").settings.intake.ignore == "")
    }

    @Test func aSectionTakesNoValueAndSaysWhatItHolds() {
        #expect(
            mistakes("metrics: 9000\nwokers:") == [
                "limner.yaml:1: metrics takes no value; its settings are metrics.port",
                "limner.yaml:2: there is no setting \"wokers\"; did you mean \"workers\"?",
            ])
    }

    /// In one line, and in no library's layout.
    @Test func whatYAMLMayNotHoldIsSaidWithItsLine() {
        let found = mistakes("workers:\n  count: 2\n\u{0}\n")
        #expect(found == ["limner.yaml:3: not YAML: control characters are not allowed"])
    }

    @Test func modelsStandInTheCacheUnlessToldOtherwise() throws {
        #expect(
            try resolve(environment: ["XDG_CACHE_HOME": "/x"]).settings.models.path == "/x/limner/models")
        #expect(try resolve(environment: ["LIMNER_MODELS": "/m"]).settings.models.path == "/m")
        let bare = try SettingsResolver.resolve(file: nil, environment: [:], flags: [])
        #expect(bare.settings.models.path == "/var/lib/limner/state/models")
    }

    @Test func readsBackEveryValue() throws {
        let settings = try resolve().settings
        for key in SettingsCatalogue.keys {
            var other = settings
            let text = key.text(in: settings)
            try key.set(text, in: &other)
            #expect(other == settings, "\(key.name) = \(text)")
        }
    }

    @Test(arguments: [
        ("sface-2021dec", true), ("user:r50", true), ("user:a.b-c_D9", true), ("user:", false), ("user:.x", false),
        ("user:a/b", false), ("user:é", false), ("sface", false), ("yunet-2023mar", false),
    ])
    func embeddersAreBuiltInOrImported(text: String, accepted: Bool) throws {
        let found = mistakes(flags: [SettingsResolver.Flag(assignment: "faces.embedder=\(text)")!])
        #expect(found.isEmpty == accepted, "\(found)")
    }

    @Test func zeroLeavesTheSizeToThePreset() {
        for (text, accepted) in [("0", true), ("64", true), ("63", false), ("8193", false), ("-1", false)] {
            let found = mistakes(flags: [SettingsResolver.Flag(assignment: "stylize.size=\(text)")!])
            #expect(found.isEmpty == accepted, "\(found)")
        }
    }

    @Test func namesAreUniqueAndVariablesFollow() {
        let keys = SettingsCatalogue.keys
        #expect(Set(keys.map(\.name)).count == keys.count)
        #expect(Set(keys.map(\.environmentName)).count == keys.count)
        #expect(
            SettingsCatalogue.key(named: "engine.openblasCoreType")?.environmentName
                == "LIMNER_ENGINE_OPENBLAS_CORE_TYPE")
        #expect(
            SettingsCatalogue.key(named: "workers.memoryLimitMB")?.environmentName == "LIMNER_WORKERS_MEMORY_LIMIT_MB")
        #expect(keys.allSatisfy { $0.summary.hasSuffix(".") })
    }

    @Test(arguments: SettingsCatalogue.keys.map(\.name))
    func refusesNonsense(name: String) throws {
        let key = try #require(SettingsCatalogue.key(named: name))
        if ["engine.openblasCoreType", "intake.ignore"].contains(name) { return }
        let empty = ["hooks.completed", "faces.keyFile"].contains(name) ? [] : [""]
        for nonsense in empty + ["no such value", "-99999999999999999999", "nan"] {
            #expect(throws: SettingKey.Refusal.self, "\(name) = \(nonsense)") {
                var settings = Settings()
                try key.set(nonsense, in: &settings)
            }
        }
    }
}
