import Foundation
import Testing

@testable import limner

struct KeptWorkTests {
    @Test func whoDoesNotGetItLeavesItToWhoHas() throws {
        let scratch = try ScratchFolder()
        let path = "\(scratch.path)/.out.painting"
        var work = KeptWork(path)
        #expect(work != nil)
        #expect(KeptWork(path) == nil)
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(KeptWork(path) == nil)
        work?.drop()
        let next = try #require(KeptWork(path))
        work = nil
        #expect(FileManager.default.fileExists(atPath: path), "it is another's by now")
        withExtendedLifetime(next) {}
    }

    @Test func whatKeptNothingGoesAway() throws {
        let scratch = try ScratchFolder()
        let path = "\(scratch.path)/.out.painting"
        var work = KeptWork(path)
        #expect(work?.isEmpty == true)
        work = nil
        #expect(!FileManager.default.fileExists(atPath: path))
        work = KeptWork(path)
        try scratch.write(".out.painting/frame-0.png", "precious")
        work = nil
        #expect(FileManager.default.fileExists(atPath: path))
    }
}
