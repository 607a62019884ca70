import Films
import Foundation
import Nets
import Pictures
import Testing

@Suite struct Y4MTests {
    private let size = PixelSize(width: 5, height: 3)

    private func reader(_ text: String, _ rest: [UInt8] = []) throws(FilmError) -> Y4MReader {
        try Y4MReader(ByteStream(name: "film.y4m", bytes: Array(text.utf8) + rest))
    }

    private func frame(_ sampling: ChromaSampling, _ first: Int) -> YUVFrame {
        YUVFrame(
            size: size, sampling: sampling,
            samples: (0..<sampling.bytes(of: size)).map { UInt8(truncatingIfNeeded: first + 7 * $0) })
    }

    @Test(arguments: ChromaSampling.allCases)
    func whatIsWrittenIsRead(sampling: ChromaSampling) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("film-\(UUID().uuidString).y4m").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let rate = try #require(FrameRate(30000, over: 1001))
        let header = Y4MHeader(
            size: size, rate: rate, sampling: sampling, range: .full, pixelAspect: .init(width: 4, height: 3))
        do {
            let writer = try Y4MWriter(header, path: path)
            for index in 0..<3 { try writer.append(frame(sampling, index)) }
        }
        let reader = try Y4MReader(ByteStream(path: path))
        #expect(reader.header == header)
        for index in 0..<3 { #expect(try reader.next() == frame(sampling, index)) }
        #expect(try reader.next() == nil && reader.frames == 3)
        #expect(throws: FilmError.self) { try Y4MWriter(header, path: path) }
    }

    @Test(arguments: [
        ("C420", ChromaSampling.quarterCentred), ("C420jpeg", .quarterCentred), ("C420mpeg2", .quarterLeft),
        ("C420paldv", .quarterTopLeft), ("C422", .halfLeft), ("C444", .full), ("Cmono", .none), ("", .quarterCentred),
    ])
    func knowsTheSamplings(field: String, sampling: ChromaSampling) throws {
        #expect(try reader("YUV4MPEG2 W5 H3 F25:1 \(field)\n").header.sampling == sampling)
    }

    /// As ffmpeg and mjpegtools write headers, with fields in any order, comments, and parameters of frames.
    @Test func readsWhatOthersWrite() throws {
        let header = "YUV4MPEG2 W5 H3 F30000:1001 Ip A0:0 C420jpeg XYSCSS=420JPEG XCOLORRANGE=LIMITED\n"
        let samples = frame(.quarterCentred, 3).samples
        let film = try reader(header + "FRAME Ippp XQUALITY=1\n", samples)
        #expect(film.header.pixelAspect == nil && film.header.range == .limited)
        #expect(film.header.colour == VideoColour(matrix: .bt601, range: .limited))
        #expect(try film.next()?.samples == samples)
        #expect(try film.next() == nil)
        #expect(try reader("YUV4MPEG2 C444 A1:1 I? F25:1 H3 W5 Znew XCOLORRANGE=FULL\n").header.range == .full)
    }

    @Test(arguments: ["", "\n", "RIFF", "YUV4MPEG W5 H3 F25:1\n", "YUV4MPEG22 W5 H3 F25:1\n"])
    func refusesOtherFiles(text: String) {
        #expect(throws: FilmError.notY4M(film: "film.y4m")) { try reader(text) }
    }

    @Test(arguments: [
        ("H3 F25:1", "W"), ("W5 F25:1", "H"), ("W5 H3", "F"), ("W0 H3 F25:1", "W0"), ("W-5 H3 F25:1", "W-5"),
        ("W5x H3 F25:1", "W5x"), ("W H3 F25:1", "W"), ("W99999999999999999999 H3 F25:1", "W99999999999999999999"),
        ("W5 H3 F0:0", "F0:0"), ("W5 H3 F25:0", "F25:0"), ("W5 H3 F25", "F25"), ("W5 H3 F1:1:1", "F1:1:1"),
        ("W5 H3 F9999999:1", "F9999999:1"), ("W5 H3 F25:1 A1:0", "A1:0"), ("W5 H3 F25:1 A-1:1", "A-1:1"),
        ("W5 H3 F25:1 A1", "A1"), ("W5 W6 H3 F25:1", "W6"),
    ])
    func namesTheBadField(fields: String, bad: String) {
        let error = #expect(throws: FilmError.self) { try reader("YUV4MPEG2 \(fields)\n") }
        guard case .badHeader("film.y4m", bad, _) = error else {
            Issue.record("\(fields): \(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["It", "Ib", "Im", "C420p10", "C444p16", "C444alpha", "C411", "Cmono16", "C"])
    func saysWhatItDoesNotSupport(field: String) {
        let error = #expect(throws: FilmError.self) { try reader("YUV4MPEG2 W5 H3 F25:1 \(field)\n") }
        guard case .unsupported("film.y4m", let reason) = error else {
            Issue.record("\(field): \(String(describing: error))")
            return
        }
        #expect(reason.contains(field))
    }

    /// Before memory is taken, and without arithmetic that overflows.
    @Test func refusesFramesThatAreTooLarge() {
        for (width, height) in [(8193, 4320), (999_999_999, 999_999_999)] {
            let size = PixelSize(width: width, height: height)
            #expect(throws: FilmError.frameTooLarge(film: "film.y4m", size: size, limit: Y4MHeader.mostPixels)) {
                try reader("YUV4MPEG2 W\(width) H\(height) F25:1\n")
            }
        }
        let long = "YUV4MPEG2 W5 H3 F25:1 X" + String(repeating: "a", count: 5000)
        let error = #expect(throws: FilmError.self) { try reader(long) }
        #expect(error?.message.contains("1024 bytes") == true)
    }

    @Test func namesTheBadFrame() throws {
        let samples = frame(.quarterCentred, 0).samples
        let good = "YUV4MPEG2 W5 H3 F25:1\nFRAME\n"
        let short = try reader(good, Array(samples.dropLast()))
        #expect(throws: FilmError.truncated(film: "film.y4m", frame: 0)) { try short.next() }
        for next in ["FRAM", "FRAMES\n", "\n", "frame\n"] {
            let film = try reader(good, samples + Array(next.utf8) + samples)
            _ = try film.next()
            let error = #expect(throws: FilmError.self) { try film.next() }
            guard case .badFrame("film.y4m", 1, _) = error else {
                Issue.record("\(next): \(String(describing: error))")
                continue
            }
        }
    }

    /// Of three frames; wherever it breaks off, those that are whole are given.
    @Test func aFilmThatIsCutOffIsReadAsFarAsItGoesWithAWord() throws {
        var bytes: [UInt8] = []
        let writer = try Y4MWriter(Y4MHeader(size: size, rate: try #require(FrameRate(25)), sampling: .full)) {
            bytes += $0
        }
        for index in 0..<3 { try writer.append(frame(.full, index)) }
        let length = 6 + ChromaSampling.full.bytes(of: size)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("film-\(UUID().uuidString).y4m").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        func reader(without last: Int) throws -> FilmReader {
            try Data(bytes.dropLast(last)).write(to: URL(fileURLWithPath: path))
            return try FilmFile(path: path, name: "film.y4m", mostPixels: 1 << 20, ffmpeg: nil)
                .reader(size: size) { false }
        }
        for last in [0, 1, length - 6, length - 5, length - 3, length - 1, length] {
            let reader = try reader(without: last)
            var frames = 0
            while try reader.next() != nil { frames += 1 }
            #expect(frames == (last == 0 ? 3 : 2), "without \(last)")
            #expect(try reader.next() == nil)
            let isTorn = last > 0 && last < length
            #expect(reader.damage == (isTorn ? "film.y4m is cut off within frame 3" : nil), "without \(last)")
        }
        let nothing = try reader(without: 2 * length + 1)
        #expect(throws: FilmError.truncated(film: "film.y4m", frame: 0)) { try nothing.next() }
    }

    /// The limits of other films: of a frame as it is shown, and of how many there are.
    @Test(arguments: [
        (
            "W1024 H512 A4:1", 1 << 19,
            FilmError.frameTooLarge(film: "film.y4m", size: .init(width: 4096, height: 512), limit: 1 << 20)
        ),
        ("W16 H16 Cmono", 262 * (1 << 20) + 300, .tooLong(film: "film.y4m", frames: 1 << 20)),
    ])
    func aFilmBeyondLimitsIsRefused(header: String, bytes: Int, error: FilmError) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("film-\(UUID().uuidString).y4m").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("YUV4MPEG2 \(header) F25:1\n".utf8).write(to: URL(fileURLWithPath: path))
        try #require(truncate(path, bytes) == 0)
        #expect(throws: error) { try FilmFile(path: path, name: "film.y4m", mostPixels: 1 << 20, ffmpeg: nil) }
    }

    @Test func namesTheFileThatCannotBeOpened() {
        let error = #expect(throws: FilmError.self) { try ByteStream(path: "/nowhere/film.y4m") }
        #expect(error?.description.hasPrefix("/nowhere/film.y4m cannot be read: No such file or directory.") == true)
        let folder = #expect(throws: FilmError.self) { try Y4MReader(ByteStream(path: "/")) }
        #expect(folder?.message.hasPrefix("/ cannot be read") == true)
    }

    /// A source that gives a few bytes at a time, as pipes do.
    @Test func readsPipes() throws {
        let header = Y4MHeader(size: size, rate: try #require(FrameRate(25)), sampling: .full)
        var bytes: [UInt8] = []
        let writer = try Y4MWriter(header) { bytes += $0 }
        for index in 0..<4 { try writer.append(frame(.full, index)) }
        var left = bytes[...]
        let film = try Y4MReader(
            ByteStream(name: "pipe") { memory in
                let count = min(3, left.count, memory.count)
                memory.copyBytes(from: left.prefix(count))
                left = left.dropFirst(count)
                return count
            })
        for index in 0..<4 { #expect(try film.next() == frame(.full, index)) }
        #expect(try film.next() == nil)
    }

    /// Headers with bytes changed, left out and doubled: they are read or refused, and nothing else happens.
    @Test func damagedHeadersAreReadOrRefused() throws {
        let good = Array("YUV4MPEG2 W5 H3 F30000:1001 Ip A128:117 C420jpeg XCOLORRANGE=FULL\nFRAME\n".utf8)
        var generator = SeededGenerator(seed: 1)
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes[place], at: place)
                }
            }
            do throws(FilmError) {
                let film = try Y4MReader(ByteStream(name: "film.y4m", bytes: bytes), mostPixels: 1 << 20)
                while try film.next() != nil {}
            } catch {
                refused += 1
                #expect(error.message.contains("film.y4m"))
            }
        }
        #expect(refused > 10_000)
    }
}
