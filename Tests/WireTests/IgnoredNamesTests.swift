import Testing

@testable import Wire

@Suite struct IgnoredNamesTests {
    private func pattern(_ name: String, _ text: String = IgnoredNames.builtIn) throws -> String? {
        try #require(IgnoredNames(text)).pattern(matching: Array(name.utf8))
    }

    @Test(arguments: [
        "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information", "lost+found", "Thumbs.db", "thumbs.DB",
        "desktop.ini", "a.jpg:Zone.Identifier", "p.jpg@SynoEAStream", "__MACOSX", "a.part", "b.TMP",
        "p.jpg.1a2b3c4d.partial", "a.jpg.filepart", "c.jpg.crdownload", "d.download", "e.jpg.!ut", "f.jpg.aria2",
        "w.jpg~",
        "x.swp", "~$letter.jpg", "~syncthing~a.jpg.tmp", "@__thumb", "RECYCLE.BIN", "Recycled", "~snapshot",
        "FOUND.000",
        "Lr Previews.lrdata", "a.jpg:Zone.Identifier:$DATA", "a.jpg:AFP_AfpInfo", "a.jpg:com.apple.quarantine",
        "IMG_1.AAE", "IMG_1.THM", "IMG_1.jpg.xmp", "a.jpg.pp3", "a.jpg.lnk", "sync.ffs_db", "a.jpg.sb-1a2b3c4d-Xy12Z9",
        "#a.jpg#", "a.jpg.bak", "a.jpg.!bt", "a.jpg.xltd", "a.jpg.st", "a.jpg.fdmdownload", "a.jpg.inprogress",
        "a.jpg_original", "A.JPG_ORIGINAL", "b.heic_original", "GL010042.LRV", "@SynoDrive", "@S2S", "@sharesnap",
    ])
    func whatMachinesLeaveBehindIsLeftAlone(_ name: String) throws { #expect(try pattern(name) != nil) }

    @Test(arguments: [
        "a.jpg", "part", "xpart", "a.part.jpg", "tmp", "Ada", "recycle", "#1.jpg", "@home", "~", "a~b.jpg",
        "desktop.initial.png", "found.jpg", "Recycled art", "a:b.jpg", "st", "url.jpg", "#a.jpg", "12:30.jpg",
        "the_original", "ada_original.jpg", "Dr. Doe_original", "St. John_original", "@ada",
        "IMG_0001.jpg.supplemental-metadata.json",
    ])
    func whatPeopleNameIsTaken(_ name: String) throws {
        // A tilde alone is what `*~` matches, too, and names no picture.
        #expect(try pattern(name) == (name == "~" ? "*~" : nil))
    }

    @Test func starsAndQuestionMarks() throws {
        #expect(try pattern("IMG_1234_small.jpg", "IMG_????_*.jpg") == "IMG_????_*.jpg")
        #expect(try pattern("IMG_123_small.jpg", "IMG_????_*.jpg") == nil)
        #expect(try pattern("aXbYc", "a*b*c") == "a*b*c")
        #expect(try pattern("acb", "a*b*c") == nil)
        #expect(try pattern("ab", "ab*b") == nil, "head and tail do not share a letter")
        let raw = try #require(IgnoredNames("caf?.jpg"))
        #expect(raw.pattern(matching: Array("caf".utf8) + [0xE9] + Array(".jpg".utf8)) == "caf?.jpg")
    }

    @Test func aSettingReplacesOrAdds() throws {
        #expect(try pattern("Thumbs.db", "*.raw") == nil)
        #expect(try pattern("a.raw", "+ *.raw, *.cr2") == "*.raw")
        #expect(try pattern("Thumbs.db", "+ *.raw") == "Thumbs.db")
        #expect(try pattern("a.jpg", "") == nil)
        for bad in ["*", "a/b", "*.tmp, **", "+ */x"] { #expect(IgnoredNames(bad) == nil, "\(bad)") }
    }

    @Test func aTransferNamesItsPicture() {
        #expect(IgnoredNames.transferred(by: Array("a.jpg.ARIA2".utf8)) == Array("a.jpg".utf8))
        #expect(IgnoredNames.transferred(by: Array("a.jpg.part".utf8)) == Array("a.jpg".utf8))
        for name in ["a.jpg", "a.jpg~", ".part", "a.tmp"] {
            #expect(IgnoredNames.transferred(by: Array(name.utf8)) == nil, "\(name)")
        }
    }

    @Test func mistakesAreListedAtTheStart() throws {
        let flag = try #require(SettingsResolver.Flag(assignment: "intake.ignore=a/b"))
        #expect(throws: SettingsError.self) {
            try SettingsResolver.resolve(file: nil, environment: [:], flags: [flag])
        }
    }
}

@Suite struct PrintableTextTests {
    @Test func aSentenceEndsOnce() {
        #expect(["a", "b.", "did you mean \"c\"?", ""].map(\.ended) == ["a.", "b.", "did you mean \"c\"?", "."])
    }

    @Test func nothingReachesTheTerminalAsACommand() {
        #expect("a\r\u{1B}[2Jb\nc".printable == #"a\r\u{1B}[2Jb\nc"#)
        #expect("x\u{2028}y\u{1B}]0;pwned\u{7}".printable == #"x\u{2028}y\u{1B}]0;pwned\u{07}"#)
        #expect(
            "ev\u{202E}il\u{2066}\u{200B}\u{FEFF}\u{85}\u{7F}\u{9B}".printable.unicodeScalars.allSatisfy { $0.isASCII })
    }

    @Test(arguments: ["Åsa 李白 ✓", "a b", "👩‍🚀", "می‌خواهم", "e\u{301}"])
    func whatPeopleWriteStays(_ text: String) {
        #expect(Array(text.printable.unicodeScalars) == Array(text.unicodeScalars))
    }
}
