import Spool
import Testing

@testable import Torture

/// What a power cut may leave, by the guarantees of POSIX.
@Suite struct DiskModelTests {
    private static let root: UInt64 = 100
    private static let file: UInt64 = 101
    private static let seeds = UInt64(0)..<200

    private func entry(_ name: String, in folder: UInt64 = root) -> FolderEntry {
        FolderEntry(folder: folder, name: FileName(name))
    }

    private func model(_ changes: [DiskChange]) throws -> DiskModel {
        var model = DiskModel(root: Self.root)
        for change in changes { try model.apply(change) }
        return model
    }

    /// Everything that a cut may leave, over many seeds.
    private func images(_ changes: [DiskChange], _ cut: PowerCut) throws -> [DiskImage] {
        let model = try model(changes)
        return Self.seeds.map { seed in
            var numbers = SeededNumbers(seed: seed)
            return model.image(after: cut, using: &numbers)
        }
    }

    private func folder(_ entries: [String: DiskImage]) -> DiskImage {
        .folder(Dictionary(uniqueKeysWithValues: entries.map { (FileName($0.key), $0.value) }))
    }

    private func text(_ text: String) -> DiskImage { .file(Array(text.utf8)) }

    /// A file of one byte, durable with its name.
    private var durableFile: [DiskChange] {
        [
            .created(Self.file, isFolder: false, entry("a")), .wrote(Self.file, offset: 0, Array("x".utf8)),
            .synced(Self.file), .synced(Self.root),
        ]
    }

    @Test func anUnsyncedFileMayBeGoneEmptyOrWhole() throws {
        let changes: [DiskChange] = [
            .created(Self.file, isFolder: false, entry("a")), .wrote(Self.file, offset: 0, Array("words".utf8)),
        ]
        let found = try images(changes, .pages)
        for image in [folder([:]), folder(["a": text("")]), folder(["a": text("words")])] {
            #expect(found.contains(image))
        }
        // The size may have reached the disk without the bytes.
        #expect(found.contains(folder(["a": text("\0\0\0\0\0")])))
        #expect(try images(changes, .nothing).allSatisfy { $0 == folder([:]) })
        #expect(try images(changes, .everything).allSatisfy { $0 == folder(["a": text("words")]) })
    }

    @Test(arguments: PowerCut.allCases) func aSyncedFileWithASyncedNameStays(cut: PowerCut) throws {
        #expect(try images(durableFile, cut).allSatisfy { $0 == folder(["a": text("x")]) })
    }

    @Test func aFilesOwnSyncDoesNotMakeItsNameDurable() throws {
        #expect(try images(Array(durableFile.dropLast()), .pages).contains(folder([:])))
    }

    @Test func aFoldersSyncDoesNotMakeContentsDurable() throws {
        let found = try images(durableFile.filter { $0 != .synced(Self.file) }, .pages)
        #expect(found.contains(folder(["a": text("")])))
        #expect(!found.contains(folder([:])))
    }

    @Test func aRemovalWithoutASyncMayBeUndone() throws {
        let found = try images(durableFile + [.removed(entry("a"))], .pages)
        #expect(Set(found.map { $0 == folder([:]) }) == [true, false])
    }

    /// The renaming of the durable file into another durable folder.
    private var renamed: [DiskChange] {
        durableFile + [
            .created(102, isFolder: true, entry("d")), .synced(Self.root),
            .renamed(Self.file, from: entry("a"), to: entry("b", in: 102)),
        ]
    }

    @Test func aRenameWithoutASyncIsWholeOrUndone() throws {
        let undone = folder(["a": text("x"), "d": folder([:])])
        let whole = folder(["d": folder(["b": text("x")])])
        for image in try images(renamed, .sectors) { #expect(image == undone || image == whole) }
        let nowhere = folder(["d": folder([:])])
        let source = try images(renamed + [.synced(Self.root)], .sectors)
        #expect(source.contains(nowhere) && source.contains(whole) && !source.contains(undone))
        let target = try images(renamed + [.synced(102)], .nothing)
        #expect(target.allSatisfy { $0 == whole })
    }

    @Test func aRenameOverAnotherFileKeepsOneOfBoth() throws {
        let changes: [DiskChange] =
            durableFile + [
                .created(102, isFolder: false, entry("new")), .wrote(102, offset: 0, Array("y".utf8)), .synced(102),
                .renamed(102, from: entry("new"), to: entry("a")),
            ]
        for image in try images(changes, .pages) {
            guard case .folder(let entries) = image else { return }
            let old = entries[FileName("a")] == text("x")
            #expect(old || image == folder(["a": text("y")]))
        }
    }

    /// An inode that is used again is another file, and the old one may come back.
    @Test func aReusedInodeIsAnotherFile() throws {
        let changes: [DiskChange] =
            durableFile + [
                .removed(entry("a")), .created(Self.file, isFolder: false, entry("b")),
                .wrote(Self.file, offset: 0, Array("z".utf8)), .synced(Self.file),
            ]
        let found = try images(changes, .pages)
        #expect(found.contains(folder(["a": text("x"), "b": text("z")])))
        #expect(found.contains(folder(["a": text("x")])))
    }

    @Test func pagesSurviveApartAndSectorsAreTorn() throws {
        let before = [UInt8](repeating: 1, count: 8192)
        let changes: [DiskChange] = [
            .created(Self.file, isFolder: false, entry("a")), .wrote(Self.file, offset: 0, before),
            .synced(Self.file), .synced(Self.root),
            .wrote(Self.file, offset: 0, [UInt8](repeating: 2, count: 8192)),
        ]
        for (cut, block) in [(PowerCut.pages, 4096), (.sectors, 512)] {
            var kinds: Set<[UInt8]> = []
            for image in try images(changes, cut) {
                guard case .folder(let entries) = image, case .file(let bytes) = entries[FileName("a")] else {
                    Issue.record("the file is gone")
                    return
                }
                let blocks = stride(from: 0, to: 8192, by: block).map { Set(bytes[$0..<$0 + block]) }
                #expect(blocks.allSatisfy { $0.count == 1 })
                kinds.insert(blocks.flatMap { $0 })
            }
            // Two pages can be found in four ways; sixteen sectors in more than the seeds can show.
            #expect(cut == .pages ? kinds.count == 4 : kinds.count > 100)
        }
    }

    /// A sector shows what it held at one moment: never a later write without an earlier one.
    @Test func aSectorShowsOneMoment() throws {
        let changes: [DiskChange] =
            durableFile + [
                .wrote(Self.file, offset: 0, Array("p".utf8)), .wrote(Self.file, offset: 0, Array("q".utf8)),
            ]
        let found = Set(
            try images(changes, .sectors).map { image in
                ["x", "p", "q"].firstIndex { image == folder(["a": text($0)]) }
            })
        #expect(found == [0, 1, 2])
    }

    @Test func theSameSeedIsTheSameCut() throws {
        #expect(try images(renamed, .sectors) == images(renamed, .sectors))
    }

    @Test func aChangeToAFileThatTheLogDoesNotKnowIsRefused() {
        #expect(throws: DiskModel.Stranger.self) { try model([.wrote(7, offset: 0, [1])]) }
        #expect(throws: DiskModel.Stranger.self) { try model([.created(8, isFolder: false, entry("a", in: 7))]) }
    }

    /// At NORMAL the syncs of commits are missing, those of a new header and of a checkpoint are not.
    @Test func normalLeavesOutTheSyncsOfCommits() {
        let log: UInt64 = 7
        let header = DiskChange.wrote(log, offset: 0, [UInt8](repeating: 1, count: 32))
        let frame = DiskChange.wrote(log, offset: 32, [UInt8](repeating: 2, count: 4120))
        let created = DiskChange.created(log, isFolder: false, entry("q-wal"))
        let other = DiskChange.wrote(8, offset: 0, [3])
        let full: [DiskChange] = [
            created, header, .synced(log), frame, .synced(log), frame, .synced(log), .synced(log), other, .synced(8),
        ]
        let normal = ChangeLog(changes: full).atNormal(log: FileName("q-wal")).changes
        #expect(normal == [created, header, .synced(log), frame, frame, .synced(log), other, .synced(8)])
    }
}
