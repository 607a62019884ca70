import Foundation
import Glibc
import Pictures
import Testing

@testable import Films

/// Compressed films, by Debian's ffmpeg.
@Suite(.serialized) final class FFmpegTests {
    /// A process names its programs once.
    private static let ffmpeg = FFmpeg(along: "/usr/local/bin:/usr/bin:/bin")

    /// With a character that lists of ffmpeg take for the end of a name.
    private let folder = FileManager.default.temporaryDirectory.appending(path: "limner's-films-\(UUID().uuidString)")
        .path
    private let programs: FFmpeg

    init() throws {
        // As the worker does: a program that ends early is an error, not the end of whoever gives it more.
        signal(SIGPIPE, SIG_IGN)
        programs = try #require(Self.ffmpeg, "ffmpeg is missing: run sudo apt-get install ffmpeg")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Runs ffmpeg or ffprobe in the folder, as anybody would.
    @discardableResult
    private func run(_ program: String, _ line: String) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["--chdir", folder, program, "-v", "error"] + line.split(separator: " ").map(String.init)
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program) \(line)")
        return text
    }

    private func film(_ name: String) throws -> FilmFile {
        try FilmFile(path: "\(folder)/\(name)", name: name, mostPixels: 1 << 24, ffmpeg: programs)
    }

    private func frames(_ film: FilmFile, _ size: PixelSize? = nil) throws -> [Picture] {
        let reader = try film.reader(size: size ?? film.facts.size) { false }
        var frames: [Picture] = []
        while let frame = try reader.next() { frames.append(frame) }
        return frames
    }

    /// Paints nothing, and puts the film together again.
    @discardableResult
    private func copied(_ film: FilmFile, as name: String) throws -> String? {
        try copied(film, to: "\(folder)/\(name)")
    }

    @discardableResult
    private func copied(_ film: FilmFile, to path: String, quality: Int = 92) throws -> String? {
        let pictures = try frames(film, FilmWriter.even(film.facts.size))
        let names = try pictures.enumerated().map { index, picture in
            try Data(picture.encodePNG()).write(to: URL(fileURLWithPath: "\(folder)/\(index).png"))
            return "\(index).png"
        }
        return try FilmWriter.writeMP4(
            to: path, frames: names, times: film.times(isCancelled: { false }), quality: quality, sound: film,
            folder: folder, threads: 1, with: programs, isCancelled: { false },
            frame: { $0 < pictures.count ? pictures[$0] : nil })
    }

    private func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }

    @Test func ratesAreKeptAsFractionsAndSoundIsCopied() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=98x62:rate=30000/1001 -f lavfi -i sine -frames:v 12 -t 0.4 -pix_fmt yuv420p in.mp4"
        )
        let film = try film("in.mp4")
        #expect(film.facts.size == PixelSize(width: 98, height: 62))
        #expect(film.facts.rate == FrameRate(30000, over: 1001))
        #expect(try film.times(isCancelled: { false }) == .constant(film.facts.rate))
        try copied(film, as: "out.mp4")
        let video = "-select_streams v -show_entries stream=codec_name,r_frame_rate,nb_frames -of csv=p=0 "
        #expect(lines(try run("ffprobe", video + "out.mp4")) == ["h264,30000/1001,12"])
        let sound = "-select_streams a -show_entries packet=pts,data_hash -show_data_hash md5 -of csv "
        #expect(try run("ffprobe", sound + "out.mp4") == run("ffprobe", sound + "in.mp4"))
    }

    @Test func aQualityDecidesHowLargeAFilmIs() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=320x240:rate=25 -vf noise=alls=40 -frames:v 8 -crf 4 in.mp4")
        let film = try film("in.mp4")
        let sizes = try [1, 50, 92, 100].map { quality in
            let path = "\(folder)/\(quality).mp4"
            try copied(film, to: path, quality: quality)
            return try Data(contentsOf: URL(fileURLWithPath: path)).count
        }
        #expect(zip(sizes, sizes.dropFirst()).allSatisfy { 10 * $0 < 9 * $1 }, "\(sizes)")
    }

    @Test func soundThatMP4DoesNotHoldIsMadeAnother() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine -t 0.4 -c:a pcm_u8 in.avi")
        try copied(try film("in.avi"), as: "out.mp4")
        let kinds = try run("ffprobe", "-show_entries stream=codec_name -of csv=p=0 out.mp4")
        #expect(lines(kinds) == ["h264", "aac"])
    }

    /// The table of frames of an MP4 stands at its end.
    @Test func aFilmWithoutItsEndIsCutOff() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=duration=1:size=64x64 a.mp4")
        let whole = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.mp4"))
        try whole.prefix(800).write(to: URL(fileURLWithPath: "\(folder)/cut.mp4"))
        #expect(throws: FilmError.cutOff(film: "cut.mp4")) { try film("cut.mp4") }
        // What else it says names the film once.
        let noise = Data([0x1A, 0x45, 0xDF, 0xA3]) + Data(repeating: 0x5A, count: 4096)
        try noise.write(to: URL(fileURLWithPath: "\(folder)/noise.mkv"))
        let error = try #require(throws: FilmError.self) { try film("noise.mkv") }
        #expect(error.message.matches(of: /noise\.mkv/).count == 1, "\(error)")
    }

    /// Sound that nobody decodes costs the sound, not the painting.
    @Test func soundThatCannotBeReadIsLeftOut() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine -t 0.4 -c:a pcm_s16le whole.avi")
        var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole.avi"))
        // The tag of the format of the sound, WAVE_FORMAT_PCM of 2 bytes, becomes one that nobody has.
        let format = try #require(bytes.range(of: Data("strf".utf8), options: .backwards)).upperBound + 4
        bytes.replaceSubrange(format..<format + 2, with: [0x77, 0x77])
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/in.avi"))
        let lost = try copied(try film("in.avi"), as: "out.mp4")
        #expect(lost?.hasPrefix("MP4 gets no ") == true, "\(lost ?? "")")
        let kinds = try run("ffprobe", "-show_entries stream=codec_name -of csv=p=0 out.mp4")
        #expect(lines(kinds) == ["h264"])
    }

    /// ffprobe opens every track, whatever it is asked about, and gives up where it cannot.
    @Test func soundWithABrokenHeaderCostsTheSoundAlone() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine -t 0.4 -vf select='not(eq(mod(n\\,5)\\,3))' -fps_mode vfr -c:a wmav1 in.mov"
        )
        let film = try film("in.mov")
        #expect(film.facts.size == PixelSize(width: 64, height: 48) && film.facts.frames == 8)
        let reader = try film.reader(size: film.facts.size) { false }
        while try reader.next() != nil {}
        #expect(reader.frames == 8 && reader.damage == nil, "\(reader.frames) \(reader.damage ?? "")")
        #expect(try film.times(isCancelled: { false }).rate == nil)
        let lost = try copied(film, as: "out.mp4")
        #expect(
            lost?.hasSuffix("gives up what is beside the pictures: block_align is not set") == true, "\(lost ?? "")")
        let kinds = try run(
            "ffprobe", "-count_packets -show_entries stream=codec_name,nb_read_packets -of csv=p=0 out.mp4")
        #expect(lines(kinds) == ["h264,8"])
    }

    @Test func soundThatDoesNotSayWhereItsChannelsAreIsKept() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine -t 0.4 -ac 2 -c:a libspeex in.mkv")
        #expect(try copied(try film("in.mkv"), as: "out.mp4") == nil)
        let kinds = try run("ffprobe", "-show_entries stream=codec_name,channels -of csv=p=0 out.mp4")
        #expect(lines(kinds) == ["h264", "aac,2"])
    }

    /// A track that MP4 holds, one that it does not, and one that nobody reads.
    @Test func eachTrackOfSoundComesAsItCanWithItsLanguage() throws {
        let chapters = ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=200\ntitle=home\n"
        try Data(chapters.utf8).write(to: URL(fileURLWithPath: "\(folder)/chapters.txt"))
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine -f ffmetadata -i chapters.txt -t 0.4 -map 0 -map 1 -map 1 -map 1 -map_chapters 2 -c:a:0 aac -c:a:1 pcm_s16le -c:a:2 pcm_s16le -metadata:s:a:0 language=deu -metadata:s:a:1 language=eng -metadata:s:a:1 title=home whole.mkv"
        )
        var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole.mkv"))
        let kind = try #require(bytes.range(of: Data("A_PCM/INT/LIT".utf8), options: .backwards))
        bytes.replaceSubrange(kind, with: Data("A_NOBODY/READ".utf8))
        try bytes.write(to: URL(fileURLWithPath: "\(folder)/in.mkv"))
        let lost = try copied(try film("in.mkv"), as: "out.mp4")
        #expect(lost?.hasPrefix("of track 3: ") == true && lost?.contains("of track 2") == false, "\(lost ?? "")")
        let tracks = "-show_entries stream=codec_name:stream_tags=language,title -of csv=p=0 out.mp4"
        #expect(lines(try run("ffprobe", tracks)) == ["h264,und", "aac,deu", "aac,eng"])
        let sound = "-select_streams a:0 -show_entries packet=data_hash -show_data_hash md5 -of csv "
        #expect(try run("ffprobe", sound + "out.mp4") == run("ffprobe", sound + "in.mkv"))
        #expect(try run("ffprobe", "-show_chapters in.mkv").contains("home"))
        #expect(try run("ffprobe", "-show_chapters out.mp4") == "")
    }

    /// Slower than 25 frames a second, of times that milliseconds round, and with frames that become larger on the way.
    @Test(arguments: ["24 in.mp4", "24000/1001 in.mkv", "25/2 in.mkv", "10 in.avi", "joined"])
    func aWholeFilmIsNoDamage(_ kind: String) throws {
        let source = kind.split(separator: " ")
        if source.count == 2 {
            try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=\(source[0]) -frames:v 20 \(source[1])")
        } else {
            let parts = try ["64x48", "96x64"].map { size in
                try run("ffmpeg", "-f lavfi -i testsrc=size=\(size):rate=25 -frames:v 10 -f mjpeg \(size)")
                return try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(size)"))
            }
            try parts.reduce(Data(), +).write(to: URL(fileURLWithPath: "\(folder)/joined"))
            try run("ffmpeg", "-f mjpeg -i joined -c copy in.avi")
        }
        let film = try film(source.count == 2 ? String(source[1]) : "in.avi")
        let reader = try film.reader(size: film.facts.size) { false }
        while try reader.next() != nil {}
        #expect(reader.frames == 20 && reader.damage == nil, "\(reader.damage ?? "")")
    }

    /// AVI counts frames that it shows again; MP4 those that it holds.
    @Test(arguments: [("in.avi", 11), ("in.mp4", 9)])
    func framesThatAreShownAgainAreNotMissed(_ name: String, counted: Int) throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 9 -vf select='gt(mod(n\\,4)\\,0)+eq(n\\,0)' -fps_mode passthrough -c:v mpeg4 \(name)"
        )
        let film = try film(name)
        let times = try film.times(isCancelled: { false })
        #expect(try frames(film).count == 9)
        #expect(film.facts.counted(beyond: 9, shown: times) == nil)
        #expect(film.facts.counted(beyond: 5, shown: times) == counted)
        #expect(film.facts.counted(beyond: 8, shown: times) == counted)
    }

    @Test func unevenTimesAreKept() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 12 -vf select='gt(mod(n\\,3)\\,0)+eq(n\\,0)' -fps_mode vfr -enc_time_base 1:90000 -video_track_timescale 90000 in.mp4"
        )
        let film = try film("in.mp4")
        try copied(film, as: "out.mp4")
        let times = "-select_streams v -show_entries frame=best_effort_timestamp_time -of csv=p=0 "
        let (before, after) = (
            lines(try run("ffprobe", times + "in.mp4")), lines(try run("ffprobe", times + "out.mp4"))
        )
        let numbers = [before, after].map { $0.map { Double($0.prefix { $0 != "," }) } }
        #expect(before.count > 5 && numbers[0] == numbers[1], "\(before) \(after)")
        guard case .listed = try film.times(isCancelled: { false }) else {
            Issue.record("an uneven film that is taken for an even one")
            return
        }
    }

    /// The frame of a clock that went back: it comes a tick after the one before, and is no damage.
    @Test func framesOfOneTimeComeOneAfterTheOther() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25:duration=0.4 -vf setpts='if(eq(N,5),N-0.999,N)/25/TB' -fps_mode passthrough -enc_time_base 1:90000 -bf 0 in.mkv"
        )
        let film = try film("in.mkv")
        let reader = try film.reader(size: film.facts.size) { false }
        while try reader.next() != nil {}
        #expect(reader.frames == 10 && reader.damage == nil, "\(reader.damage ?? "")")
        try copied(film, as: "out.mp4")
        let times = try ["in.mkv", "out.mp4"].map { name in
            lines(
                try run(
                    "ffprobe", "-select_streams v -show_entries frame=best_effort_timestamp_time -of csv=p=0 \(name)")
            ).compactMap { Double($0.prefix { $0 != "," }) }
        }
        #expect(times.map(\.count) == [10, 10])
        for (index, (before, after)) in zip(times[0], times[1]).enumerated() {
            #expect(abs(after - before - (index == 5 ? 1.0 / 90_000 : 0)) < 2e-6, "\(times)")
        }
    }

    /// Two films in one, whose clock begins anew, as one joined of recordings has it.
    @Test func aClockThatBeginsAnewGoesOn() throws {
        let part = [0, 0.5, 1, 1.25]
        let times = try FrameTimes(seconds: part + part, last: 0.5, rates: [#require(FrameRate(4))])
        #expect(times == .listed([45_000, 45_000, 22_500, 22_500, 45_000, 45_000, 22_500, 45_000]))
    }

    /// A frame is shown for an hour at most, and what follows keeps its distance: nothing that a clock says adds up beyond that.
    @Test func aClockThatLeapsIsHeld() throws {
        let rates = [try #require(FrameRate(4))]
        let leap = try FrameTimes(seconds: [0, 0.25, 1e9, 1e9 + 1, 1e9 + 1.5], last: 0.5, rates: rates)
        #expect(leap == .listed([22_500, 324_000_000, 90_000, 45_000, 45_000]))
        let wild = FrameTimes(seconds: (0..<20_000).map { $0 % 2 == 0 ? 0 : 1e9 }, last: nil, rates: rates)
        guard case .listed(let lengths) = wild else {
            Issue.record("\(wild)")
            return
        }
        #expect(lengths.count == 20_000 && lengths.allSatisfy { (1...324_000_000).contains($0) })
        #expect(FrameTimes.microseconds(lengths).allSatisfy { (1...3_600_000_000).contains($0) })
    }

    /// Times that are no whole microseconds.
    @Test func unevenTimesDoNotDriftInALongFilm() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 250 -vf settb=1/90000,setpts='N*3001+mod(N,2)*451' -fps_mode passthrough -enc_time_base 1:90000 -video_track_timescale 90000 -bf 0 in.mp4"
        )
        try copied(try film("in.mp4"), as: "out.mp4")
        let times = try ["in.mp4", "out.mp4"].map {
            lines(try run("ffprobe", "-select_streams v -show_entries packet=pts -of csv=p=0 \($0)"))
        }
        #expect(times[0].count == 250 && times[0] == times[1], "\(times.map { $0.suffix(2) })")
        let lengths = (0..<9_000).map { 3_001 + $0 % 7 }
        let end = lengths.reduce(0, +) * 100 / 9
        #expect(abs(FrameTimes.microseconds(lengths).reduce(0, +) - end) <= 1)
        #expect(FrameTimes.microseconds([1, 1, 90_000_000_000_000]) == [11, 11, 1_000_000_000_000_000])
    }

    /// As the kernel does where memory runs out.
    /// One that crashes over a film would again.
    @Test(arguments: [SIGKILL, SIGSEGV]) func aProgramThatIsKilledIsNoFaultOfTheFilm(by signal: Int32) throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=640x480:rate=25 -t 8 long.mp4")
        let reader = try film("long.mp4").reader(size: PixelSize(width: 640, height: 480)) { false }
        _ = try reader.next()
        let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(pid_t.init).filter {
            let line = FileManager.default.contents(atPath: "/proc/\($0)/cmdline") ?? Data()
            return String(decoding: line, as: UTF8.self).contains("\(folder)/long.mp4")
        }
        #expect(processes.count == 1)
        for process in processes { kill(process, signal) }
        do {
            while try reader.next() != nil {}
            Issue.record("a film was read to its end by a program that was killed")
        } catch FilmError.programStopped("long.mp4", "ffmpeg", let how) {
            #expect(signal == SIGKILL && how.contains("signal 9"), "\(how)")
        } catch FilmError.programFailed("long.mp4", "ffmpeg", let how) {
            #expect(signal == SIGSEGV && how.contains("signal 11"), "\(how)")
        }
    }

    /// Pictures that are shown for 2, 3 and 5 s; and an even film that holds its last one.
    @Test(arguments: [
        ("rate=1:duration=10 -vf select=eq(n\\,0)+eq(n\\,2)+eq(n\\,5)", 2, 450_000, 10.0),
        ("rate=25:duration=0.48 -vf select=1", 11, 90_000, 1.44),
    ])
    func theLastPictureIsShownAsLongAsItWas(source: String, last: Int, ticks: Int, seconds: Double) throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:\(source) -fps_mode vfr -enc_time_base 1:90000 -video_track_timescale 90000 -bf 0 -bsf:v setts=pts=PTS:dts=DTS:duration=if(eq(N\\,\(last))\\,\(ticks)\\,DURATION) in.mp4"
        )
        try copied(try film("in.mp4"), as: "out.mp4")
        for name in ["in.mp4", "out.mp4"] {
            let text = try run("ffprobe", "-show_entries stream=duration,nb_frames -of csv=p=0 \(name)")
            let numbers = text.split(whereSeparator: { ",\n".contains($0) }).compactMap { Double($0) }
            #expect(numbers.count == 2 && abs(numbers[0] - seconds) < 0.001, "\(name): \(text)")
            #expect(numbers.last == Double(last + 1), "\(name): \(text)")
        }
    }

    /// As telephones film: ordinary colours come out as they were, and what is brighter than white as a highlight.
    @Test(arguments: [("smpte2084", true), ("smpte2084", false), ("arib-std-b67", true)])
    func highDynamicRangeBecomesAnOrdinaryPicture(transfer: String, isTagged: Bool)
        throws
    {
        // Candelas a square metre of red, green and blue, by the primaries of BT.709.
        let patches: [[Double]] = [
            [10, 10, 10], [60, 60, 60], [120, 40, 20], [20, 60, 120], [203, 203, 203], [900, 900, 900],
        ]
        let side = 32
        var raw = Data()
        for _ in 0..<side {
            for patch in patches {
                let codes = Self.code(patch, transfer).map { UInt16(($0 * 65535).rounded()) }
                for _ in 0..<side {
                    for code in codes { withUnsafeBytes(of: code.littleEndian) { raw.append(contentsOf: $0) } }
                }
            }
        }
        try raw.write(to: URL(fileURLWithPath: "\(folder)/in.raw"))
        try run(
            "ffmpeg",
            "-f rawvideo -pix_fmt rgb48le -video_size \(side * patches.count)x\(side) -i in.raw -vf scale=out_color_matrix=bt2020:out_range=tv,format=yuv420p10le -c:v libx264 -qp 1 \(isTagged ? "-colorspace bt2020nc -color_primaries bt2020 " : "")-color_trc \(transfer) -color_range tv in.mp4"
        )
        let picture = try #require(try frames(film("in.mp4")).first)
        let found = patches.indices.map { index in
            (0..<3).map { Int(picture.pixels[3 * (side / 2 * picture.width + index * side + side / 2) + $0]) }
        }
        for (patch, found) in zip(patches, found).prefix(4) {
            for (light, found) in zip(patch, found) {
                let linear = light / 203
                let encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
                #expect(abs(Double(found) - 255 * encoded) < 6, "\(patch): \(found)")
            }
        }
        let (white, highlight) = (found[4][1], found[5][1])
        #expect(white > 225 && highlight > white && highlight > 245, "\(found)")
    }

    /// Films of the ordinary range with the primaries of BT.2020 or P3 are brought to those that pictures have.
    @Test(arguments: [
        ("bt2020", "-colorspace bt2020nc -color_trc bt709"), ("bt2020", "-color_trc bt2020-10"),
        ("smpte432", "-colorspace bt709 -color_trc iec61966-2-1"), ("bt709", "-colorspace bt709 -color_trc bt709"),
        ("smpte170m", "-colorspace smpte170m -color_trc smpte170m"),
    ])
    func wideColoursBecomeThoseOfPictures(primaries: String, tags: String) throws {
        let rows: [[Double]]? =
            switch primaries {
            case "bt2020": Self.rowsOfBT2020
            // SMPTE EG 432-1 with the white of BT.709.
            case "smpte432": [[0.8225, 0.1774, 0], [0.0332, 0.9669, 0], [0.0171, 0.0724, 0.9108]]
            default: nil
            }
        let patches: [[Double]] = [[224, 32, 32], [40, 170, 60], [40, 70, 200], [128, 128, 128], [255, 255, 255]]
        let side = 32
        var raw = Data()
        for _ in 0..<side {
            for patch in patches {
                let light = patch.map { pow($0 / 255, 2.4) }
                let coded = rows.map { $0.map { zip($0, light).reduce(0) { $0 + $1.0 * $1.1 } } } ?? light
                let samples = coded.map { UInt16((pow(min(1, $0), 1 / 2.4) * 65535).rounded()) }
                for _ in 0..<side {
                    for sample in samples { withUnsafeBytes(of: sample.littleEndian) { raw.append(contentsOf: $0) } }
                }
            }
        }
        try raw.write(to: URL(fileURLWithPath: "\(folder)/in.raw"))
        // What a film of BT.2020 that names no matrix has.
        let matrix = primaries == "bt2020" ? "bt2020" : primaries == "smpte170m" ? "bt601" : "bt709"
        try run(
            "ffmpeg",
            "-f rawvideo -pix_fmt rgb48le -video_size \(side * patches.count)x\(side) -i in.raw -vf scale=out_color_matrix=\(matrix):out_range=tv,format=yuv420p10le -c:v libx264 -qp 1 \(tags) -color_primaries \(primaries) -color_range tv in.mp4"
        )
        let picture = try #require(try frames(film("in.mp4")).first)
        for (index, patch) in patches.enumerated() {
            let found = (0..<3).map {
                Double(picture.pixels[3 * (side / 2 * picture.width + index * side + side / 2) + $0])
            }
            #expect(zip(found, patch).allSatisfy { abs($0 - $1) < 5 }, "\(patch): \(found)")
        }
    }

    /// The scaler would take the numbers of another matrix for its own.
    @Test func coloursOfAMatrixThatTheScalerDoesNotKnowAreRightOrRefused() throws {
        let colours: [[Int]] = [[200, 40, 40], [40, 180, 60], [50, 60, 210]]
        func write(_ name: String, _ matrix: String, convertedBy filter: String) throws {
            let sources = colours.map {
                "-f lavfi -i color=0x\($0.map { String($0, radix: 16) }.joined()):s=32x32:r=25"
            }
            try run(
                "ffmpeg",
                "\(sources.joined(separator: " ")) -filter_complex hstack=3,format=gbrp\(filter) -frames:v 2 -c:v libx264 -qp 0 -bsf:v h264_metadata=matrix_coefficients=\(matrix) \(name)"
            )
        }
        try write("in.mp4", "8", convertedBy: ",zscale=matrix=ycgco:range=full,format=yuvj444p")
        let picture = try #require(try frames(film("in.mp4")).first)
        for (index, colour) in colours.enumerated() {
            let found = (0..<3).map { Int(picture.pixels[3 * (16 * picture.width + index * 32 + 16) + $0]) }
            #expect(zip(found, colour).allSatisfy { abs($0 - $1) <= 3 }, "\(colour): \(found)")
        }
        for (code, name) in [("10", "bt2020c"), ("14", "ictcp")] {
            try write("\(name).mp4", code, convertedBy: ",format=yuv444p")
            #expect(throws: FilmError.otherColours(film: "\(name).mp4", kind: "the matrix \(name)")) {
                try film("\(name).mp4")
            }
        }
    }

    /// As of cut-outs among pictures, what shines through is white, and not what is hidden there.
    @Test(arguments: [
        ("in.mov", "-c:v qtrle"), ("in.mov", "-c:v prores_ks -profile:v 4444 -pix_fmt yuva444p10le"),
        ("in.webm", "-c:v libvpx-vp9 -pix_fmt yuva420p -lossless 1"), ("in.avi", "-c:v utvideo -pix_fmt gbrap"),
    ])
    func whatIsTransparentIsWhite(name: String, coding: String) throws {
        // Red all over; seen, half seen, and not.
        var raw = Data()
        for _ in 0..<48 {
            for x in 0..<96 { raw.append(contentsOf: [220, 20, 20, [255, 128, 0][x / 32]] as [UInt8]) }
        }
        try (raw + raw).write(to: URL(fileURLWithPath: "\(folder)/in.raw"))
        try run("ffmpeg", "-f rawvideo -pix_fmt rgba -video_size 96x48 -i in.raw \(coding) \(name)")
        let pictures = try frames(film(name))
        #expect(pictures.count == 2)
        for (index, colour) in [[220, 20, 20], [237, 137, 137], [255, 255, 255]].enumerated() {
            let found = (0..<3).map { Int(pictures[0].pixels[3 * (24 * 96 + index * 32 + 16) + $0]) }
            #expect(zip(found, colour).allSatisfy { abs($0 - $1) <= 6 }, "\(colour): \(found)")
        }
    }

    /// A container that counts no frames says nothing of them, and begins when it likes.
    @Test func whatIsNotCountedIsNotAnnounced() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 15 -vf setpts=PTS+2/TB -fps_mode passthrough late.mkv")
        let late = try film("late.mkv").facts
        #expect(late.frames == 15 && late.announced == nil)
        try run("ffmpeg", "-i late.mkv -c copy -avoid_negative_ts make_zero in.mp4")
        let counted = try film("in.mp4").facts
        #expect(counted.frames == 15 && counted.announced == 15)
        // Of a film that was cut, more are held than are shown.
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25:duration=1.4 -g 60 -pix_fmt yuv420p whole.mp4")
        try run("ffmpeg", "-ss 0.52 -i whole.mp4 -t 0.85 -c copy cut.mp4")
        let cut = try film("cut.mp4")
        let count = try frames(cut).count
        #expect(cut.facts.announced == nil && count < 35)
        #expect(try cut.facts.counted(beyond: count, shown: cut.times(isCancelled: { false })) == nil)
    }

    /// The advice keeps the sound.
    @Test(arguments: ["ts", "mpg", "flv", "wmv", "ogv"])
    func aFilmOfAnotherContainerIsMovedAsTheHintSays(ending: String) throws {
        try run(
            "ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine=sample_rate=44100 -t 0.4 FILM.\(ending)")
        let error = #expect(throws: FilmError.self) { try film("FILM.\(ending)") }
        let hint = try #require(error?.hint)
        let line = try #require(hint.split(separator: ": ffmpeg ").last).dropLast()
            .replacing("-i FILM ", with: "-i FILM.\(ending) ").replacing("'", with: "")
        try run("ffmpeg", String(line))
        #expect(try frames(film("FILM.mkv")).count >= 8)
        try copied(try film("FILM.mkv"), as: "out.mp4")
        let kinds = lines(try run("ffprobe", "-show_entries stream=codec_type -of csv=p=0 out.mp4"))
        #expect(kinds == ["video", "audio"])
    }

    @Test func soundThatFewPlayersLookForIsMadeAnother() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine -t 0.4 -c:a libvorbis -c:v libvpx in.webm")
        try copied(try film("in.webm"), as: "out.mp4")
        let kinds = try run("ffprobe", "-show_entries stream=codec_name -of csv=p=0 out.mp4")
        #expect(lines(kinds) == ["h264", "aac"])
    }

    /// A film that is cut where no frame ends lacks none.
    @Test(arguments: [0.25, 0.33, 0.405])
    func aFilmThatIsCutWithoutPaintingIsWhole(start: Double) throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=30:duration=2 -g 60 -pix_fmt yuv420p whole.mp4")
        try run("ffmpeg", "-ss \(start) -i whole.mp4 -c copy in.mp4")
        let film = try film("in.mp4")
        let count = try frames(film).count
        #expect(try film.facts.counted(beyond: count, shown: film.times(isCancelled: { false })) == nil, "\(count)")
        #expect(film.facts.frames.map { abs($0 - count) <= 1 } ?? false)
    }

    /// Of linear light by the primaries of BT.709 (BT.2087).
    private static let rowsOfBT2020 = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]]

    /// What a film of high dynamic range has of light, by the formulas of BT.2100 and the matrix of BT.2087.
    private static func code(_ light: [Double], _ transfer: String) -> [Double] {
        let wide = rowsOfBT2020.map { zip($0, light).reduce(0) { $0 + $1.0 * $1.1 } }
        if transfer == "smpte2084" {
            return wide.map {
                let power = pow($0 / 10_000, 0.1593017578125)
                return pow((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power), 78.84375)
            }
        }
        let luminance = 0.2627 * wide[0] + 0.6780 * wide[1] + 0.0593 * wide[2]
        return wide.map {
            let scene = $0 / 1000 * pow(luminance / 1000, 1 / 1.2 - 1)
            return scene <= 1.0 / 12 ? (3 * scene).squareRoot() : 0.17883277 * log(12 * scene - 0.28466892) + 0.55991073
        }
    }

    @Test func whereAFilmWasTakenStaysBehind() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -f lavfi -i sine -t 0.4 -metadata location=+52.5200+013.4050/ -metadata title=home in.mp4"
        )
        let tags = "-show_entries format_tags:stream_tags -of csv=p=0 "
        #expect(try run("ffprobe", tags + "in.mp4").contains("52.52"))
        try copied(try film("in.mp4"), as: "out.mp4")
        let after = try run("ffprobe", tags + "out.mp4")
        #expect(!after.contains("52.52") && !after.contains("home"), "\(after)")
    }

    /// ffmpeg itself passes over a frame that it cannot read, and all behind it.
    @Test func aFrameThatIsMissingIsNotPassedOver() throws {
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 12 -vf select='gt(mod(n\\,3)\\,0)+eq(n\\,0)' -fps_mode vfr in.mp4"
        )
        let film = try film("in.mp4")
        let names = try frames(film).enumerated().map { index, picture in
            let bytes = index == 3 ? [] : try picture.encodePNG()
            try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(index).png"))
            return "\(index).png"
        }
        #expect(throws: (any Error).self) {
            try FilmWriter.writeMP4(
                to: "\(folder)/out.mp4", frames: names, times: film.times(isCancelled: { false }), quality: 92,
                sound: film,
                folder: folder, threads: 1, with: programs, isCancelled: { false },
                frame: { try PictureFile(path: "\(folder)/\(names[$0])").decode() })
        }
    }

    /// The pictures begin so many milliseconds after the sound, which may be no whole frames, and still do.
    @Test(arguments: [(true, 400), (false, 400), (true, 413), (false, 413)])
    func picturesBeginWhereTheyDidBesideTheSound(isEven: Bool, late: Int) throws {
        let frames = isEven ? "" : "select='gt(mod(n\\,3)\\,0)+eq(n\\,0)',"
        try run(
            "ffmpeg",
            "-f lavfi -i testsrc=size=64x48:rate=25:duration=0.6 -f lavfi -i sine -t 1 -vf \(frames)settb=1/1000,setpts=PTS+\(late) -fps_mode passthrough -enc_time_base:v 1:1000 in.mp4"
        )
        let film = try film("in.mp4")
        try copied(film, as: "out.mp4")
        func starts(_ name: String) throws -> [Double] {
            try ["v", "a"].map {
                let text = try run(
                    "ffprobe", "-select_streams \($0) -show_entries stream=start_time -of csv=p=0 \(name)")
                return try #require(Double(text.prefix { $0 != "," && $0 != "\n" }))
            }
        }
        let (before, after) = (try starts("in.mp4"), try starts("out.mp4"))
        #expect(abs(before[0] - before[1] - Double(late) / 1000) < 0.001, "\(before)")
        #expect(abs((after[0] - after[1]) - (before[0] - before[1])) < 0.001, "\(before) \(after)")
    }

    @Test func aFullDiskIsNoFaultOfTheFilm() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=320x240:rate=25 -frames:v 12 in.mp4")
        let film = try film("in.mp4")
        do {
            try copied(film, to: "/dev/full")
            Issue.record("a film was written to a full disk")
        } catch let error as FilmError {
            guard case .notEncoded(film: "in.mp4", _) = error else { throw error }
            #expect(error.isDiskFull, "\(error)")
        }
    }

    /// Its words go to where whoever reads a report knows nothing of.
    @Test func errorsNameTheFilmAndNotWhereItLies() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 12 in.mkv")
        let whole = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/in.mkv"))
        try whole.prefix(200).write(to: URL(fileURLWithPath: "\(folder)/short.mkv"))
        do {
            _ = try frames(try film("short.mkv"))
            Issue.record("a film of 200 bytes has frames")
        } catch let error as FilmError {
            #expect(error.message.contains("short.mkv") && !error.message.contains(folder), "\(error)")
        }
    }

    @Test func aFilmOnItsSideIsSetUpright() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=96x48:rate=25 -frames:v 3 lying.mp4")
        try run("ffmpeg", "-i lying.mp4 -c copy -metadata:s:v rotate=90 in.mp4")
        let film = try film("in.mp4")
        #expect(film.facts.size == PixelSize(width: 48, height: 96))
        let (turned, lying) = (try frames(film)[0], try frames(try self.film("lying.mp4"))[0])
        let upright = lying.upright(from: .needsAnticlockwiseTurn)
        let distance =
            zip(upright.pixels, turned.pixels).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) }
            / Double(upright.pixels.count)
        #expect(distance < 4)
    }

    /// BT.601 values under the tag of BT.709 would come back as (212, 70, 26).
    @Test func coloursComeBack() throws {
        try run("ffmpeg", "-f lavfi -i color=0xC83C1E:size=64x48:rate=25 -frames:v 2 -pix_fmt rgb24 -c:v png in.mkv")
        try copied(try film("in.mkv"), as: "out.mp4")
        let centre = try frames(try film("out.mp4"))[1][x: 32, y: 24]
        for (found, meant) in zip(centre, [200, 60, 30]) { #expect(abs(Int(found) - meant) <= 3, "\(Array(centre))") }
        let tags = try run(
            "ffprobe", "-show_entries stream=color_space,color_transfer,color_primaries -of csv=p=0 out.mp4")
        #expect(lines(tags) == ["bt709,bt709,bt709"])
    }

    @Test func oddSidesAreMadeEven() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=65x49:rate=25 -frames:v 2 -c:v ffv1 in.mkv")
        let film = try film("in.mkv")
        #expect(film.facts.size == PixelSize(width: 65, height: 49))
        try copied(film, as: "out.mp4")
        #expect(try self.film("out.mp4").facts.size == PixelSize(width: 64, height: 48))
    }

    @Test func hostileFilmsAreRefusedWithTheirNames() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 25 whole.mp4")
        let whole = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole.mp4"))
        let secret = "\(folder)/secret.txt"
        try Data("secret".utf8).write(to: URL(fileURLWithPath: secret))
        let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://\(secret)\n#EXT-X-ENDLIST\n"
        let concat = "ffconcat version 1.0\nfile whole.mp4\n"
        for (name, bytes) in [
            ("torn.mp4", whole.prefix(whole.count / 2)), ("list.mp4", Data(playlist.utf8)),
            ("concat.mkv", Data(concat.utf8)), ("noise.webm", Data((0..<4096).map { UInt8($0 * 73 % 251) })),
        ] {
            try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            do {
                _ = try frames(try film(name))
                Issue.record("\(name) was read")
            } catch let error as FilmError {
                #expect(error.message.contains(name) && !error.message.contains("secret"), "\(error)")
            }
        }
    }

    /// It waits for frames that nobody gives it.
    @Test func aProgramThatDoesNothingIsEnded() throws {
        var hasty = programs
        hasty.patience = .seconds(1)
        let input = ["-f", "rawvideo", "-video_size", "64x48", "-pix_fmt", "rgb24", "-i", "pipe:0"]
        let program = try hasty.start(
            .ffmpeg, input + ["-f", "rawvideo", "pipe:1"], of: "a.mp4", takes: .written, isCancelled: { false })
        #expect(throws: FilmError.programStopped(film: "a.mp4", program: "ffmpeg", how: "it did nothing for 1 s")) {
            try program.text(limit: 1)
        }
    }

    /// Its argument is longer than Linux takes.
    @Test func aProgramThatCannotBeStartedIsNoFaultOfTheFilm() throws {
        let program = try programs.start(
            .ffprobe, [String(repeating: "a", count: 1 << 18)], of: "a.mp4", isCancelled: { false })
        #expect(throws: FilmError.programStopped(film: "a.mp4", program: "ffprobe", how: "it cannot be started")) {
            try program.finish()
        }
    }

    @Test func aPictureIsNoFilm() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48 -frames:v 1 in.jpg")
        #expect(throws: FilmError.picture(film: "in.jpg")) { try film("in.jpg") }
    }

    @Test func aCancelledFilmIsLetGo() throws {
        try run("ffmpeg", "-f lavfi -i testsrc=size=640x480:rate=25 -t 8 long.mp4")
        let reader = try film("long.mp4").reader(size: PixelSize(width: 640, height: 480)) { true }
        #expect(throws: FilmError.cancelled) { while try reader.next() != nil {} }
    }

    @Test func withoutProgramsOnlyUncompressedFilmsAreRead() throws {
        #expect(FFmpeg(along: "/nowhere")?.paths == nil)
        try run("ffmpeg", "-f lavfi -i testsrc=size=64x48:rate=25 -frames:v 3 -pix_fmt yuv420p in.y4m")
        try run("ffmpeg", "-i in.y4m in.mp4")
        let film = try FilmFile(path: "\(folder)/in.y4m", name: "in.y4m", mostPixels: 1 << 24, ffmpeg: nil)
        #expect(try frames(film).count == 3 && film.facts.frames == 3)
        #expect(throws: FilmError.programMissing(film: "in.mp4")) {
            try FilmFile(path: "\(folder)/in.mp4", name: "in.mp4", mostPixels: 1 << 24, ffmpeg: nil)
        }
    }
}
