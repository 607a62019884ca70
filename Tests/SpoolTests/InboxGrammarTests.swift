import Testing
import Wire

@testable import Spool

@Suite struct InboxGrammarTests {
    private func placement(_ text: String) throws -> Placement { Placement(try #require(InboxPath(text))) }

    @Test func kindFoldersAskForTheirKind() throws {
        #expect(try placement("enroll/Ada/a.jpg") == .job(JobTask(.enroll, named: "Ada")))
        #expect(try placement("enroll/Ada/2024/may/a.jpg") == .job(JobTask(.enroll, named: "Ada")))
        #expect(try placement("verify/Ada/a.jpg") == .job(JobTask(.verify, named: "Ada")))
        #expect(try placement("identify/a.jpg") == .job(JobTask(.identify)))
        #expect(try placement("identify/trip/a.jpg") == .job(JobTask(.identify)))
        #expect(try placement("stylize/wave/a.jpg") == .job(JobTask(.stylize, named: "wave")))
    }

    @Test func peopleOfOneModelArePartsOfItsFolder() throws {
        let part = Placement.part(JobTask(.learn, named: "gate"))
        #expect(try placement("learn/gate/Ada/a.jpg") == part)
        #expect(try placement("learn/gate/Ada/2024/may/a.jpg") == part)
        #expect(
            Placement.folder(of: try #require(InboxPath("learn/gate/Ada/a.jpg"))) == [
                FileName("learn"), FileName("gate"),
            ])
        #expect(Placement.folder(of: try #require(InboxPath("enroll/Ada/old/a.jpg"))) == nil)
    }

    @Test func picturesOfOneStyleArePartsOfItsFolder() throws {
        let part = Placement.part(
            JobTask(.learn) {
                $0.name = "wave"
                $0.subject = .style
            })
        #expect(try placement("learn/style/wave/a.jpg") == part)
        #expect(try placement("Learn/Style/wave/more/a.jpg") == part)
        #expect(
            Placement.folder(of: try #require(InboxPath("learn/style/wave/more/a.jpg"))) == [
                FileName("learn"), FileName("style"), FileName("wave"),
            ])
        guard case .refused = try placement("learn/style/a.jpg") else {
            Issue.record("a picture of no style")
            return
        }
    }

    @Test func manifestsLieAnywhere() throws {
        for path in ["a.json", "identify/a.json", "x/y/z.JSON"] { #expect(try placement(path) == .manifest, "\(path)") }
    }

    @Test func kindFoldersMayBeInCapitals() throws {
        #expect(try placement("IDENTIFY/a.jpg") == .job(JobTask(.identify)))
        #expect(try placement("Enroll/Ada/a.jpg") == .job(JobTask(.enroll, named: "Ada")))
        #expect(Placement.nearbyKind(FileName("identfy")) == .identify)
        #expect(Placement.nearbyKind(FileName("IDENTIFY")) == nil)
        #expect(Placement.nearbyKind(FileName("holiday")) == nil)
    }

    @Test(arguments: ["ev\u{202E}il", "a\u{1B}[2J", "x\u{2028}y"])
    func peopleAreNotNamedByWhatCannotBeSeen(name: String) throws {
        guard case .refused(let error) = try placement("enroll/\(name)/a.jpg") else {
            Issue.record("\(name.printable) was accepted")
            return
        }
        #expect(error.code == .nameInvalid)
    }

    /// A style that is to be made is to be asked for, too; one that is there, and a person, may be called so.
    @Test func aNewStyleHasANameThatTheCommandLineTakes() throws {
        for name in ["fns=2", "wave.jpg"] {
            guard case .refused(let error) = try placement("learn/style/\(name)/a.jpg") else {
                Issue.record("\(name) was accepted")
                continue
            }
            #expect(error.code == .nameInvalid)
            guard case .job = try placement("stylize/\(name)/a.jpg"), case .job = try placement("enroll/\(name)/a.jpg")
            else {
                Issue.record("\(name) was refused")
                continue
            }
        }
    }

    @Test func otherPlaces() throws {
        #expect(try placement("a.jpg") == .loose)
        #expect(try placement("holiday/a.jpg") == .loose)
        for kind in ["enroll", "verify", "stylize"] {
            guard case .refused(let error) = try placement("\(kind)/a.jpg") else {
                Issue.record("\(kind)/a.jpg was accepted")
                continue
            }
            #expect(error.code == .folderUnknown)
        }
        guard case .refused(let error) = try placement("enroll/ Ada/a.jpg") else {
            Issue.record("a person with a space in front was accepted")
            return
        }
        #expect(error.code == .nameInvalid)
        let bytes = InboxPath([FileName("enroll"), FileName(bytes: [0xFF]), FileName("a.jpg")])
        guard case .refused(let undecodable) = Placement(bytes) else {
            Issue.record("a person that is no UTF-8 was accepted")
            return
        }
        #expect(undecodable.code == .nameInvalid)
    }
}
