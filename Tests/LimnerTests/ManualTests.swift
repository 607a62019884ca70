import Foundation
import Testing
import Wire

@testable import limner

/// The manual is part of the contract: what is committed is what the programs say of themselves.
@Suite struct ManualTests {
    private static let project = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardized
    private static let folder = project.appending(path: "deploy/manual")
    private static let limnerd = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "limnerd").path

    /// `LIMNER_RECORD=1` writes the pages anew; `limner manual deploy/manual` does the same.
    @Test func theCommittedPagesAreCurrent() throws {
        let pages = try Manual(limnerd: Self.limnerd).pages
        for page in pages {
            let file = Self.folder.appending(path: page.file + ".md")
            let committed = try? String(contentsOf: file, encoding: .utf8)
            guard committed != page.markdown else { continue }
            if ProcessInfo.processInfo.environment["LIMNER_RECORD"] == nil {
                Issue.record("deploy/manual/\(page.file).md is not current; write it with limner manual deploy/manual")
            } else {
                try Data(page.markdown.utf8).write(to: file)
                Issue.record("deploy/manual/\(page.file).md has been written; look at it and commit it")
            }
        }
        let written = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { name in
            let text = try? String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
            return text?.hasPrefix(ManualPage.origin) == true
        }
        #expect(Set(written) == Set(pages.map { $0.file + ".md" }))
    }

    /// What texts tell people to look up with `man` is installed.
    @Test func everyManualPageThatIsNamedIsThere() throws {
        let sources = Self.project.appending(path: "Sources")
        let named = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .flatMap { file in
                try String(contentsOf: file, encoding: .utf8).matches(of: #/\bman (limner[a-z.-]*[a-z])/#).map {
                    String($0.1)
                }
            }
        #expect(Set(named).subtracting(try Manual(limnerd: Self.limnerd).pages.map(\.name)) == [])
        #expect(named.contains("limner-manifest"))
    }

    /// Links of the pages that people read first lead to files, and to headings in them.
    @Test(arguments: [
        "README.md", "Benchmarks/README.md", "Sources/README.md", "deploy/README.md", "samples/README.md",
        "systemd/README.md", "deploy/manual",
    ])
    func everyLinkLeadsSomewhere(place: String) throws {
        let url = Self.project.appending(path: place)
        let files =
            place.hasSuffix(".md")
            ? [url]
            : try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil).filter {
                $0.pathExtension == "md"
            }
        #expect(!files.isEmpty)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: #/\]\(([^)#\s]*)(?:#([^)\s]+))?\)/#) where !match.1.contains("://") {
                let target = match.1.isEmpty ? file : file.deletingLastPathComponent().appending(path: String(match.1))
                #expect(FileManager.default.fileExists(atPath: target.path), "\(file.lastPathComponent): \(match.0)")
                guard let anchor = match.2 else { continue }
                let headings = try String(contentsOf: target, encoding: .utf8).split(separator: "\n").filter {
                    $0.hasPrefix("#")
                }
                #expect(headings.map(Self.anchor).contains(String(anchor)), "\(file.lastPathComponent): \(match.0)")
            }
        }
    }

    /// GitHub's name for a heading.
    private static func anchor(_ heading: Substring) -> String {
        heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
            .filter { $0.isLetter || $0.isNumber || " -_".contains($0) }.replacing(" ", with: "-")
    }

    /// What people copy from the README and the manual is a manifest.
    @Test(arguments: ["README.md", "deploy/manual/manifests.md"])
    func theExampleOfAManifestIsOne(page: String) throws {
        let text = try String(contentsOf: Self.project.appending(path: page), encoding: .utf8)
        let examples = text.matches(of: #/```(?:json)?\n(\{\n.*?\n\})\n```/#.dotMatchesNewlines()).map { $0.1 }
        #expect(!examples.isEmpty)
        for example in examples { #expect(throws: Never.self) { try Manifest(parsing: Array(example.utf8)) } }
    }

    @Test func roffKeepsTextsFromBeingRequests() {
        #expect(Roff.escaped(".so /etc/passwd") == "\\&.so /etc/passwd")
        #expect(Roff.escaped(#"a\fB – ~"#) == #"a\[rs]fB \[u2013] \[ti]"#)
        #expect(Roff.prose("`-x` is one.\n\n'Tis two") == "\\fB\\-x\\fR is one.\n.PP\n\\&'Tis two")
    }

    @Test func aRowOfATableIsAnEntryOfThePage() {
        let page = ManualPage(
            name: "limner-test", section: 7, file: "test", summary: "a test",
            parts: [
                .table(head: ["key", "default", "meaning"], rows: [["`a|b`", "", "One."], ["`c`", "`2`", "Two."]])
            ])
        #expect(
            page.markdown.hasSuffix(
                "| key | default | meaning |\n| --- | --- | --- |\n| `a\\|b` | – | One. |\n| `c` | `2` | Two. |\n"))
        let roff = page.roff(version: "1", others: [page])
        // A line may be broken between alternatives: a list of them can be longer than a line.
        #expect(roff.contains(".TP\n\\fBa|\\:b\\fR\nOne.\n.TP\n\\fBc\\fR\nTwo.\n.br\nDefault: \\fB2\\fR.\n"))
    }

    @Test func aScriptsCommentBecomesAPage() throws {
        let folder = try ScratchFolder()
        let text = "#!/bin/sh\n# Usage: sbin/limner-try [DIR]\n#\n# Tries it. Then more.\n#\n# And more.\nexit 1\n"
        let script = try folder.write("limner-try", text).path
        var manual = try Manual(limnerd: Self.limnerd)
        try manual.add(script: script)
        let page = try #require(manual.pages.last)
        #expect(page.name == "limner-try")
        #expect(page.summary == "tries it")
        #expect(
            page.markdown.contains("```\nlimner-try [DIR]\n```\n\n## Description\n\nTries it. Then more.\n\nAnd more."))
        try folder.write("limner-try", "#!/bin/sh\necho\n")
        #expect(throws: CommandError.self) { try manual.add(script: script) }
        #expect(throws: CommandError.self) { try Manual(limnerd: "/bin/echo") }
    }
}
