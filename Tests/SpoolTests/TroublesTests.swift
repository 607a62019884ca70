import GRDB
import Gallery
import Glibc
import Logging
import Synchronization
import Testing
import Wire

@testable import Spool

/// What fails again and again, as a full disk has it.
@Suite struct TroublesTests {
    /// Keeps what is logged.
    private struct Pages: LogHandler {
        let lines: Lines
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) { lines.add("\(event.level) \(event.message)") }
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }

        var all: [String] { lines.withLock { $0 } }
    }

    @Test func whatFailsAgainAndAgainIsSaidOnceAndWhenItIsOver() {
        let (troubles, lines) = (Troubles(), Lines())
        let logger = Logger(label: "test") { _ in Pages(lines: lines) }
        func look(_ error: (any Error)?) {
            troubles.follow("jobs are not put back", because: error, of: "the queue's deadlines", in: logger)
        }
        look(nil)
        #expect(lines.all.isEmpty && troubles.sentences.isEmpty)
        let full = DatabaseError(resultCode: .SQLITE_FULL, message: "database or disk is full", sql: "UPDATE job")
        for _ in 0..<5 { look(full) }
        let sentence = "the queue's deadlines: jobs are not put back: there is no space left on the disk"
        #expect(troubles.sentences == [sentence])
        #expect(troubles.all.first?.remedy.hasPrefix("Free some space on the disk") == true)
        #expect(lines.all.count == 1 && lines.all[0].hasPrefix("error \(sentence). Free some space"), "\(lines.all)")
        #expect(!lines.all[0].contains("SQL") && !lines.all[0].contains("database"))
        look(SpoolError.system(call: "open", path: "/a", errno: 13))
        look(SpoolError.system(call: "open", path: "/a", errno: 13))
        #expect(lines.all.count == 2 && troubles.all.first?.remedy == Troubles.remedy)
        look(nil)
        look(nil)
        #expect(lines.all.count == 3 && lines.all[2].hasPrefix("notice the queue's deadlines: "))
        #expect(troubles.sentences.isEmpty)
    }

    @Test func aFaultOfTheQueueNamesItsFileAndNoStatement() throws {
        let troubles = Troubles()
        let fault = DatabaseError(resultCode: .SQLITE_IOERR, message: "disk I/O error", sql: "UPDATE job")
        troubles.note("it gets no sign of life", because: fault, of: "the service manager's watchdog")
        let trouble = try #require(troubles.all.first)
        #expect(
            trouble.sentence
                == "the service manager's watchdog: it gets no sign of life: state/queue.sqlite: disk I/O error")
        #expect(trouble.remedy.hasPrefix("Make the queue's file readable and writable"))
    }

    @Test(arguments: [
        (SpoolError.portUnusable(port: 80, errno: EACCES), "from 1024 on"),
        (.portUnusable(port: 9100, errno: EADDRINUSE), "Stop what listens there"),
        (.filesUsedUp(limit: 64), "LimitNOFILE="), (.system(call: "accept", path: "a", errno: ENFILE), "fs.file-max"),
        (.tooManyConnections(count: 256), "ss -tp"),
    ])
    func whatMendsItIsOfItsOwnCause(error: SpoolError, words: String) {
        let troubles = Troubles()
        troubles.note("it cannot be done", because: error, of: "a")
        #expect(troubles.all.first?.remedy.contains(words) == true, "\(troubles.all)")
    }

    @Test func theGallerySaysItselfWhatMendsIt() {
        let troubles = Troubles()
        let fault = GalleryError.keyUnusable(path: "/no/key", reason: "No such file or directory")
        troubles.note("it cannot be told", because: fault, of: "a")
        #expect(troubles.all.map(\.sentence) == ["a: it cannot be told: \(ReportError(fault).message.dropLast())"])
        #expect(troubles.all.map(\.remedy) == ["\(ReportError(fault).hint) It is tried again by itself."])
    }

    @Test func ofVeryManyTheRestIsCounted() {
        let troubles = Troubles()
        for number in 0..<23 { troubles.note("it cannot be removed", of: "done/\(number)") }
        #expect(troubles.all.count == 21 && troubles.sentences.last == "… and 3 more problems")
    }
}
