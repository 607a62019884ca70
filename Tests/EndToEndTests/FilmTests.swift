import Films
import Foundation
import Glibc
import Parsing
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// Films, through the real programs and networks.
    @Suite(.serialized) struct FilmTests {
        private let quick = ["--style", "s.png", "--preset", "fast", "--size", "128"]

        /// A camera that pans over a photograph, as YUV4MPEG2.
        private func film(_ frames: Int) throws -> [UInt8] {
            let photograph = try Assets.samplePicture("china.jpg")
            let size = PixelSize(width: 112, height: 80)
            let header = Y4MHeader(size: size, rate: FrameRate(30000, over: 1001)!, sampling: .quarterCentred)
            var film: [UInt8] = []
            let writer = try Y4MWriter(header) { bytes throws(FilmError) in film += bytes }
            for frame in 0..<frames {
                let place = PixelRect(x: 40 + 2 * frame, y: 80 + frame, width: size.width, height: size.height)
                let planes = Planes(photograph.cropped(to: place))
                try writer.append(YUVFrame(planes, sampling: header.sampling, colour: header.colour))
            }
            return film
        }

        private func scene(_ frames: Int = 5) throws -> Scratch {
            let scratch = try Scratch()
            try scratch.write("film.y4m", film(frames))
            try scratch.write("s.png", Assets.stripes())
            return scratch
        }

        private struct Answer: Decodable {
            struct Output: Decodable {
                var width: Int
                var height: Int
            }

            var output: Output?
            var film: PaintedFilm?
            var inputs: [InputFacts]
        }

        private func painted(_ result: Programs.Answer) throws -> Answer {
            #expect(result.code == 0, "\(result.error)")
            return try WireJSON.decode(Answer.self, from: Data(result.output.utf8))
        }

        private func film(_ filed: Filed) throws -> PaintedFilm {
            guard case .stylize(let result)? = filed.report.result else {
                throw Disappointment("no film: \(filed.text)")
            }
            return try #require(result.pictures.first?.film)
        }

        @Test func aFilmIsRepaintedIntoTheContainerThatItsNameSays() throws {
            let scratch = try scene()
            let made = try painted(scratch.limner(["stylize", "film.y4m", "-o", "out.mp4", "--json"] + quick))
            let film = try #require(made.film)
            #expect(film.frames == 5 && film.rate == "30000/1001" && film.cuts == [] && !film.isUneven)
            #expect(film.warpError ?? 1 < 0.01 && film.resumedAt == nil && film.poster == nil)
            #expect(made.inputs.first?.width == 112 && made.inputs.first?.sha256?.count == 64)
            #expect(scratch.names == ["film.y4m", "out.mp4", "s.png"])
            // What came out is a film again.
            let again = try painted(scratch.limner(["stylize", "out.mp4", "-o", "again.y4m", "--json"] + quick))
            #expect(again.film?.frames == 5 && again.film?.rate == "30000/1001")
            let reader = try Y4MReader(ByteStream(name: "again.y4m", bytes: scratch.bytes("again.y4m")))
            #expect(reader.header.size == PixelSize(width: 112, height: 80))
            var frames = 0
            while try reader.next() != nil { frames += 1 }
            #expect(frames == 5)
        }

        @Test func optimisedFilmsAreSteadierThanStills() throws {
            let scratch = try scene(3)
            let work = [
                "stylize", "film.y4m", "--style", "s.png", "--size", "112", "--preset", "draft", "--iterations", "8",
                "--frame-iterations", "4", "--film-format", "y4m", "--json", "-o",
            ]
            func film(_ arguments: String...) throws -> (error: Double, losses: FilmLosses) {
                let film = try #require(try painted(scratch.limner(work + arguments)).film)
                return (try #require(film.warpError), try #require(film.losses))
            }
            let (steady, still) = (try film("a.y4m"), try film("b.y4m", "--no-steady"))
            let free = try film("c.y4m", "--temporal-weight", "0")
            #expect(steady.error < 0.5 * still.error && steady.error < free.error, "\(steady), \(free), \(still)")
            #expect(steady.losses.temporal > 0 && still.losses.temporal == 0 && free.losses.temporal == 0)
            for losses in [steady.losses, still.losses, free.losses] {
                let sum = losses.content + losses.style + losses.tv + losses.temporal
                #expect(losses.frames == 3 && abs(sum - losses.total) < 1e-3 * losses.total, "\(losses)")
            }
        }

        @Test func filmsAreComparedByTheFlowOfTheirSource() throws {
            let scratch = try scene(12)
            for (name, flag) in [("steady.y4m", "--steady"), ("still.y4m", "--no-steady")] {
                _ = try painted(scratch.limner(["stylize", "film.y4m", flag, "-o", name, "--json"] + quick))
            }
            let answer = try scratch.limner([
                "film", "compare", "steady.y4m", "still.y4m", "--source", "film.y4m", "--style", "s.png", "--json",
            ])
            #expect(answer.code == 0, "\(answer.error)")
            let comparison = try WireJSON.decode(FilmComparison.self, from: Data(answer.output.utf8))
            #expect(comparison.frames == 12 && comparison.neighbours == 11 && comparison.distant == 2)
            #expect(comparison.films.map(\.film) == ["film.y4m", "steady.y4m", "still.y4m"])
            let flicker = try comparison.films.map { try #require($0.flicker) }
            #expect(flicker[1] < 0.5 * flicker[2], "\(flicker)")
            let style = try comparison.films.map { try #require($0.style) }
            #expect(style[0] == 0 && style[1] > 0.1 && abs(style[1] - style[2]) < 0.2 * style[2], "\(style)")
            let table = try scratch.limner(["film", "compare", "film.y4m", "steady.y4m"])
            #expect(table.output.contains("film.y4m (source)") && table.output.contains("11 pairs"), "\(table.output)")
            try scratch.write("short.y4m", film(11))
            let alone = try scratch.limner(["film", "compare", "film.y4m"])
            #expect(alone.code == 64 && alone.error.contains("nothing to compare film.y4m with"), "\(alone.error)")
            let picture = try scratch.limner(["film", "compare", "s.png", "film.y4m"])
            #expect(picture.code == 1 && picture.error.contains("s.png is a picture"), "\(picture.error)")
            // As stylize reads them: pictures that are frames.
            for index in 1...12 { try scratch.write("f\(index).png", Assets.scene()) }
            let frames = try scratch.limner(["film", "compare", "f*.png", "f*.png"])
            #expect(frames.code == 0 && frames.output.contains("f*.png (source)"), "\(frames.error)")
            #expect(frames.output.contains("12 frames: 11 pairs"), "\(frames.output)")
            let named = try scratch.limner(["film", "compare", "film.y4m", "steady.y4m", "--style", "ember-red"])
            #expect(named.code == 64 && named.error.contains("STYLES/ember-red.jpg"), "\(named.error)")
            let short = try scratch.limner(["film", "compare", "film.y4m", "short.y4m"])
            #expect(short.code == 1 && short.error.contains("short.y4m has 11 frames"), "\(short.error)")
        }

        @Test func namesThatContradictTheContentAreRefused() throws {
            let scratch = try scene(1)
            try scratch.write("c.jpg", Assets.scene())
            let picture = try scratch.limner(["stylize", "film.y4m", "-o", "out.jpg"] + quick)
            #expect(picture.code == 64 && picture.error.contains("film.y4m is a film"), "\(picture.error)")
            let film = try scratch.limner(["stylize", "c.jpg", "-o", "out.mp4"] + quick)
            #expect(film.code == 64 && film.error.contains("c.jpg is no film"), "\(film.error)")
        }

        /// Whatever breaks it off, the film's frames are the same, byte for byte, and its sound is the source's.
        @Test(arguments: [true, false]) func aFilmInTheInboxGoesOnAfterAKill(ofTheDaemon: Bool) async throws {
            let calm = try await LiveDaemon()
            let source = try dropFilm(60, into: calm)
            let undisturbed = try await calm.settle(1)[0]
            #expect(try film(undisturbed).frames == 60 && film(undisturbed).resumedAt == nil)
            let daemon = try await LiveDaemon()
            try dropFilm(60, into: daemon)
            try await keepsFrames(daemon)
            if ofTheDaemon {
                daemon.end(SIGKILL)
                try await daemon.start()
            } else {
                for worker in daemon.workers { kill(worker, SIGKILL) }
            }
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done, "\(filed.report.error?.message ?? "")")
            #expect(try film(filed).resumedAt ?? 0 >= 7)
            #expect(try film(filed).warpError == film(undisturbed).warpError)
            #expect(filed.report.outputs.map(\.name) == ["film.stylized.mp4", "film.poster.jpg"])
            #expect(daemon.files(in: daemon.folders.checkpoints).isEmpty, "nothing is left of it")
            let scratch = try Scratch()
            try scratch.write("source.mp4", source)
            for (name, folder) in [("killed.mp4", filed.folder), ("calm.mp4", undisturbed.folder)] {
                let path = "\(folder)/film.stylized.mp4"
                try scratch.write(name, [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
            }
            let frames = try scratch.ffmpeg("-i killed.mp4 -map 0:v -f framemd5 -")
            #expect(frames.split(separator: "\n").count { !$0.hasPrefix("#") } == 60, "\(frames)")
            #expect(try frames == scratch.ffmpeg("-i calm.mp4 -map 0:v -f framemd5 -"))
            let sound = try scratch.ffmpeg("-i killed.mp4 -map 0:a -c copy -f streamhash -")
            #expect(try sound == scratch.ffmpeg("-i source.mp4 -map 0:a -c copy -f streamhash -"))
        }

        /// Drops an MP4 film with a tone, to be painted in one pass a frame.
        @discardableResult
        private func dropFilm(_ frames: Int, into daemon: LiveDaemon) throws -> [UInt8] {
            try daemon.writeStyle(
                "quick", #"{"pictures": ["stripes.png"], "options": {"preset": "fast", "keepPartial": true}}"#)
            let scratch = try Scratch()
            try scratch.write("film.y4m", film(frames))
            _ = try scratch.ffmpeg("-i film.y4m -f lavfi -i sine -shortest -pix_fmt yuv420p film.mp4")
            try daemon.drop(scratch.bytes("film.mp4"), at: "stylize/quick/film.mp4")
            return scratch.bytes("film.mp4")
        }

        private func keepsFrames(_ daemon: LiveDaemon) async throws {
            try await eventually("some frames are kept", log: daemon.folders.root + "/daemon.log") {
                daemon.files(in: daemon.folders.checkpoints).count { $0.hasSuffix(".png") } >= 7
            }
        }

        /// One that has painted some frames of a film.
        private func keeping(_ frames: Int, _ settings: [String: String] = [:]) async throws -> LiveDaemon {
            let daemon = try await LiveDaemon(settings)
            try dropFilm(frames, into: daemon)
            try await keepsFrames(daemon)
            return daemon
        }

        @discardableResult
        private func cancel(_ daemon: LiveDaemon) throws -> (job: String, told: String) {
            let names = try FileManager.default.contentsOfDirectory(atPath: daemon.folders.root + "/state/claimed")
            let job = try #require(names.first)
            let answer = try Programs.run(Programs.limner, ["cancel", job, "--root", daemon.folders.root])
            return (job, answer.output)
        }

        private func modes(in folder: String) throws -> Set<Int> {
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            return try Set(
                names.map { name in
                    let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
                    return try #require(facts[.posixPermissions] as? Int)
                })
        }

        @Test func aCancelledFilmIsKeptAsFarAsItIsPainted() async throws {
            let daemon = try await keeping(90)
            let (job, told) = try cancel(daemon)
            #expect(told == "\(job) was running; its worker is being ended.\n")
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .cancelled && filed.report.error?.code == .cancelled)
            let film = try film(filed)
            #expect(film.partial == true && film.announced == 90 && (7..<90).contains(film.frames))
            let message = filed.report.error?.message ?? ""
            #expect(message.contains("its film has \(film.frames) of 90 frames"), "\(message)")
            #expect(filed.report.outputs.map(\.name) == ["film.stylized.mp4", "film.poster.jpg"])
            #expect(try modes(in: filed.folder).count == 1)
            #expect(daemon.files(in: daemon.folders.done) == ["\(filed.report.id)/film.mp4"])
            let scratch = try Scratch()
            try scratch.write(
                "out.mp4", [UInt8](Data(contentsOf: URL(fileURLWithPath: filed.folder + "/film.stylized.mp4"))))
            let streams = try scratch.ffprobe("-show_entries stream=codec_type,duration -of csv=p=0 out.mp4")
                .split(separator: "\n").map { $0.split(separator: ",") }
            #expect(streams.map { $0[0] } == ["video", "audio"])
            let length = Double(film.frames) * 1001 / 30000
            for stream in streams { #expect(abs(try #require(Double(stream[1])) - length) < 0.05, "\(streams)") }
            let shown = try Programs.run(
                Programs.limner, ["show", filed.report.id.text, "--root", daemon.folders.root])
            #expect(shown.output.contains("\(film.frames) of 90 frames"), "\(shown.output)")
            daemon.end(SIGTERM)
            try await daemon.start()
            let again = try Programs.run(
                Programs.limner, ["retry", filed.report.id.text, "--root", daemon.folders.root])
            #expect(again.output == "\(filed.report.id) is queued again.\n", "\(again.error)")
            let whole = try await daemon.settle(1)[0]
            #expect(whole.report.status == .done)
            let painted = try self.film(whole)
            #expect(painted.frames == 90 && painted.resumedAt == film.frames + 1, "\(painted)")
            #expect(daemon.files(in: daemon.folders.checkpoints).isEmpty, "nothing is left of it")
        }

        /// With the film or without, but never with half of it, and never begun anew.
        @Test(arguments: ["decided", "written", "committed", "moved", "at once"])
        func aCancelledFilmSurvivesAKill(at point: String) async throws {
            let settings = point == "at once" ? [:] : ["LIMNER_FAIL_POINT": "\(point):1"]
            let daemon = try await keeping(90, settings)
            try cancel(daemon)
            if point == "at once" {
                daemon.end(SIGKILL)
            } else {
                try await eventually("the daemon is dead") { !daemon.isRunning }
            }
            try await daemon.start(["LIMNER_FAIL_POINT": "recorded:1000"])
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .cancelled && filed.report.attempt == 1)
            // The film may have been quicker than the kill.
            let isKept =
                point == "at once" ? !filed.report.outputs.isEmpty : ["committed", "moved"].contains(point)
            #expect(filed.report.outputs.map(\.name) == (isKept ? ["film.stylized.mp4", "film.poster.jpg"] : []))
            #expect(daemon.files(in: filed.folder).count == (isKept ? 3 : 1), "\(daemon.files(in: filed.folder))")
            #expect(daemon.files(in: daemon.folders.done) == ["\(filed.report.id)/film.mp4"])
            #expect(daemon.files(in: daemon.folders.work) == [])
        }

        /// A terminal's Ctrl-C goes to the worker, too.
        @Test func ctrlCEndsAFilmWithWhatIsPainted() async throws {
            let scratch = try scene(200)
            let limner = try scratch.start(["stylize", "film.y4m", "-o", "out.mp4", "--keep-partial"] + quick)
            try await eventually("it paints") {
                FileManager.default.enumerator(atPath: scratch.path)?.contains { "\($0)".hasSuffix("frame-7.png") }
                    ?? false
            }
            for process in limner.children + [limner.processIdentifier] { kill(process, SIGINT) }
            limner.waitUntilExit()
            #expect(limner.terminationStatus == 130, "\(scratch.text("error"))")
            #expect(scratch.names == ["error", "film.y4m", "out.mp4", "s.png"])
            let frames = try scratch.ffprobe("-count_frames -show_entries stream=nb_read_frames -of csv=p=0 out.mp4")
            let count = try #require(Int(frames.trimmingCharacters(in: .whitespacesAndNewlines)))
            #expect((7..<200).contains(count))
        }

        /// The same command, after a kill, ends with the same bytes as one that was left alone.
        @Test func aFilmInTheForegroundGoesOnAfterAKill() async throws {
            let scratch = try scene(60)
            let command = ["stylize", "film.y4m", "--json"] + quick
            _ = try painted(scratch.limner(command + ["-o", "whole.y4m"]))
            let limner = try scratch.start(command + ["-o", "out.y4m"])
            try await eventually("it paints") {
                FileManager.default.enumerator(atPath: scratch.path)?.contains { "\($0)".hasSuffix("frame-7.png") }
                    ?? false
            }
            for process in limner.children + [limner.processIdentifier] { kill(process, SIGKILL) }
            limner.waitUntilExit()
            let again = try painted(scratch.limner(command + ["-o", "out.y4m"]))
            #expect(again.film?.frames == 60 && again.film?.resumedAt ?? 0 >= 8, "\(String(describing: again.film))")
            #expect(scratch.bytes("out.y4m") == scratch.bytes("whole.y4m"))
            #expect(scratch.names == ["error", "film.y4m", "out.y4m", "s.png", "whole.y4m"])
        }

        /// By a manifest that names each and their rate.
        @Test func picturesBecomeAFilm() async throws {
            let daemon = try await LiveDaemon()
            try daemon.writeStyle("quick", #"{"pictures": ["stripes.png"], "options": {"preset": "fast"}}"#)
            let names = (0..<4).map { "frame-\($0).png" }
            let reader = try Y4MReader(ByteStream(name: "film", bytes: film(4)))
            for name in names {
                let frame = try #require(try reader.next())
                try daemon.drop(frame.planes(reader.header.colour).picture.encodePNG(), at: "shots/\(name)")
            }
            let list = names.map { "\"\($0)\"" }.joined(separator: ", ")
            let manifest =
                #"{"limner": 1, "kind": "stylize", "inputs": [\#(list)], "options": {"frameRate": 23.976, "styles": [{"name": "quick"}]}}"#
            try daemon.drop(Array(manifest.utf8), at: "shots/film.json")
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done, "\(filed.text)")
            let film = try film(filed)
            #expect(film.frames == 4 && film.rate == "24000/1001" && film.warpError ?? 1 < 0.01)
            #expect(filed.report.outputs.map(\.name) == ["frame-0.stylized.mp4", "frame-0.poster.jpg"])
        }

        /// A frame may be the style; a film is none.
        @Test func aStyleIsAPicture() async throws {
            let daemon = try await LiveDaemon()
            for frame in try frames(2) { try daemon.drop(frame.bytes, at: frame.name) }
            try daemon.drop(film(2), at: "film.y4m")
            for (name, inputs, rate, style) in [
                ("frames", #""frame-0.png", "frame-1.png""#, #""frameRate": 5, "#, "frame-0.png"),
                ("film", #""film.y4m""#, "", "film.y4m"),
            ] {
                let manifest =
                    #"{"limner": 1, "kind": "stylize", "inputs": [\#(inputs)], "options": {\#(rate)"preset": "fast", "styles": [{"picture": "\#(style)"}]}}"#
                try daemon.drop(Array(manifest.utf8), at: "\(name).json")
            }
            let reports = try await daemon.settle(2).map(\.report)
            let done = try #require(reports.first { $0.status == .done }, "\(reports.map(\.error))")
            #expect(done.inputs.map(\.path).count { $0 == "frame-0.png" } == 1, "\(done.inputs)")
            let error = try #require(reports.compactMap(\.error).first)
            #expect(error.code == .pictureNotAPicture && error.message.contains("film.y4m is a film"), "\(error)")
        }

        /// Written as PNG files `frame-0.png` and so on.
        private func frames(_ count: Int) throws -> [(name: String, bytes: [UInt8])] {
            let reader = try Y4MReader(ByteStream(name: "film", bytes: film(count)))
            return try (0..<count).map { index in
                let frame = try #require(try reader.next())
                return ("frame-\(index).png", try frame.planes(reader.header.colour).picture.encodePNG())
            }
        }

        @Test func aPatternNamesTheFramesOfAFilm() async throws {
            let daemon = try await LiveDaemon()
            try daemon.writeStyle("quick", #"{"pictures": ["stripes.png"], "options": {"preset": "fast"}}"#)
            for frame in try frames(11) { try daemon.drop(frame.bytes, at: "shots/\(frame.name)") }
            let manifest =
                #"{"limner": 1, "kind": "stylize", "inputs": ["shots/frame-*.png"], "options": {"styles": [{"name": "quick"}]}}"#
            try daemon.drop(Array(manifest.utf8), at: "film.json")
            let filed = try await daemon.settle(1)[0]
            #expect(filed.report.status == .done, "\(filed.text)")
            let film = try film(filed)
            #expect(film.frames == 11 && film.rate == "25" && film.cuts == [] && film.warpError ?? 1 < 0.01)
            #expect(filed.report.inputs.map(\.path).last == "shots/frame-10.png")
        }

        @Test func framesOnTheCommandLineAreAFilm() throws {
            let scratch = try scene(1)
            for frame in try frames(11) { try scratch.write(frame.name, frame.bytes) }
            let quoted = try painted(scratch.limner(["stylize", "frame-*.png", "-o", "a.y4m", "--json"] + quick))
            #expect(quoted.film?.frames == 11 && quoted.film?.rate == "25")
            #expect(quoted.inputs.last { $0.role == .picture }?.path == "frame-10.png")
            let listed = try painted(
                scratch.limner(
                    ["stylize", "frame-0.png", "frame-1.png", "--frame-rate", "25/3", "-o", "b.y4m", "--json"] + quick))
            #expect(listed.film?.frames == 2 && listed.film?.rate == "25/3")
            let nothing = try scratch.limner(["stylize", "none-*.png", "-o", "c.mp4"] + quick)
            #expect(nothing.code == 66 && nothing.error.contains("none-*.png cannot be read"), "\(nothing.error)")
            try scratch.write("frame-5.png", Assets.scene())
            let odd = try scratch.limner(["stylize", "frame-*.png", "-o", "c.mp4"] + quick)
            #expect(
                odd.code == 1 && odd.error.contains("frame-5.png has") && odd.error.contains("112 × 80"), "\(odd.error)"
            )
            try scratch.write("frame-5.png", frames(6)[5].bytes.dropLast(400))
            let torn = try scratch.limner(["stylize", "frame-*.png", "-o", "c.mp4"] + quick)
            #expect(torn.code == 1 && torn.error.contains("frame-5.png is cut off"), "\(torn.error)")
            try scratch.write("frame-5.png", film(2))
            let film = try scratch.limner(["stylize", "frame-*.png", "-o", "c.mp4"] + quick)
            #expect(
                film.code == 1 && film.error.contains("frame-5.png is a film, which has a rate")
                    && film.error.contains("pictures only"), "\(film.error)")
            let picture = try scratch.limner(["stylize", "frame-*.png", "-o", "c.jpg"] + quick)
            #expect(
                picture.code == 64 && picture.error.contains("the pattern frame-*.png names the frames of one film"),
                "\(picture.error)")
        }

        @Test func whatIsNeitherPictureNorFilmIsSaidSo() async throws {
            let daemon = try await LiveDaemon()
            try daemon.writeStyle("quick", #"{"pictures": ["stripes.png"], "options": {"preset": "fast"}}"#)
            try daemon.drop(Array("a shopping list".utf8), at: "stylize/quick/text.mp4")
            try daemon.drop(Array("<html><body>not found".utf8), at: "stylize/quick/page.mp4")
            let errors = try await daemon.settle(2).compactMap(\.report.error)
            #expect(
                errors.allSatisfy { $0.code == .pictureNotAPicture && $0.hint.contains("a film, MP4") }, "\(errors)")
            #expect(errors.contains { $0.message.contains("text.mp4 is neither a picture nor a film") }, "\(errors)")
            #expect(errors.contains { $0.message.contains("page.mp4 is a web page, neither") }, "\(errors)")
        }

        @Test func tinyFramesAreNamed() throws {
            let scratch = try scene(1)
            _ = try scratch.ffmpeg("-f lavfi -i testsrc=size=8x8 -frames:v 3 -pix_fmt yuv420p tiny.y4m")
            let answer = try scratch.limner(["stylize", "tiny.y4m", "-o", "out.y4m"] + quick)
            #expect(answer.code == 1 && answer.error.contains("tiny.y4m: frames of 8 × 8"), "\(answer.error)")
        }

        /// Films that players show, in containers that nothing is read from.
        @Test(arguments: ["flv", "ts", "wmv", "mpg"]) func otherContainersAreNamed(_ ending: String) throws {
            let scratch = try scene(3)
            _ = try scratch.ffmpeg("-i film.y4m -r 25 film.\(ending)")
            let answer = try scratch.limner(["stylize", "film.\(ending)", "-o", "out.mp4"] + quick)
            #expect(
                answer.code == 1 && answer.error.contains("film.\(ending) is of a kind that is not supported"),
                "\(answer.error)")
            #expect(answer.error.contains("none of MP4, MOV"), "\(answer.error)")
        }

        /// Of Matroska, which does not count its frames.
        @Test func aTornFilmIsPaintedAsFarAsItGoesWithAWord() throws {
            let scratch = try scene(40)
            _ = try scratch.ffmpeg("-i film.y4m -g 5 -pix_fmt yuv420p whole.mkv")
            let bytes = scratch.bytes("whole.mkv")
            try scratch.write("torn.mkv", Array(bytes.prefix(bytes.count * 6 / 10)))
            let whole = try painted(scratch.limner(["stylize", "whole.mkv", "-o", "a.y4m", "--json"] + quick))
            #expect(whole.film?.frames == 40 && whole.film?.damage == nil)
            let torn = try painted(scratch.limner(["stylize", "torn.mkv", "-o", "b.y4m", "--json"] + quick))
            #expect((5..<40).contains(torn.film?.frames ?? 0))
            #expect(
                torn.film?.damage?.contains("File ended prematurely") == true, "\(torn.film?.damage ?? "")")
        }

        @Test func aY4MFilmThatIsCutOffIsPaintedAsFarAsItGoesWithAWord() throws {
            let scratch = try Scratch()
            try scratch.write("torn.y4m", film(6).dropLast(100))
            try scratch.write("s.png", Assets.stripes())
            let torn = try painted(scratch.limner(["stylize", "torn.y4m", "-o", "a.y4m", "--json"] + quick)).film
            #expect(torn?.frames == 5 && torn?.damage?.contains("cut off within frame 6") == true)
            let told = try scratch.limner(["stylize", "torn.y4m", "-o", "a.y4m"] + quick)
            #expect(told.output.contains("of a damaged film (torn.y4m is cut off"), "\(told.output)")
        }

        /// Of which the second shot is hardly there, and is smoothed until nothing is left.
        @Test func aRuinedFrameIsTold() throws {
            let scratch = try scene(1)
            let photograph = try Assets.samplePicture("china.jpg")
            let place = PixelRect(x: 60, y: 80, width: 64, height: 64)
            try scratch.write("a.png", photograph.cropped(to: place).encodePNG())
            let stripes = (0..<64 * 64 * 3).map { $0 / 3 % 64 / 8 % 2 == 0 ? UInt8(120) : 126 }
            try scratch.write("b.png", Picture(width: 64, height: 64, pixels: stripes).encodePNG())
            let answer = try scratch.limner([
                "stylize", "a.png", "b.png", "--frame-rate", "5", "--style", "s.png", "-o", "out.y4m", "--size", "64",
                "--iterations", "300", "--tv-weight", "1e9", "--content-weight", "0", "--style-weight", "1e-6",
                "--style-layer", "relu1_1", "--start", "content",
            ])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(answer.output.contains("2 frames, 1 of them left as begun"), "\(answer.output)")
        }

        /// Frames of 120 × 86 pixels are not enlarged to 121 each for itself.
        @Test func anOddSizeIsNotAskedForOfEachFrame() throws {
            let scratch = try scene(3)
            let made = try painted(
                scratch.limner([
                    "stylize", "film.y4m", "--style", "s.png", "--upscale", "--size", "121", "--preset", "draft",
                    "--iterations", "2", "--frame-iterations", "1", "-o", "out.mp4", "--json",
                ]))
            #expect(made.film?.frames == 3 && made.output?.width == 120 && made.output?.height == 86)
        }

        @Test func aRateIsForFilmsThatAreGivenAsPictures() throws {
            let scratch = try scene(2)
            let answer = try scratch.limner(
                ["stylize", "film.y4m", "--frame-rate", "12", "-o", "out.mp4"] + quick)
            #expect(
                answer.code == 1 && answer.error.contains("film.y4m is a film, which has a rate"), "\(answer.error)")
            #expect(answer.error.contains("--frame-rate"), "\(answer.error)")
        }

        /// Of a film whose frames are not shown for the same time.
        @Test func timesThatY4MLosesAreTold() throws {
            let scratch = try scene(6)
            _ = try scratch.ffmpeg(
                "-i film.y4m -vf setpts=N*N*1001/30000/TB -fps_mode passthrough -pix_fmt yuv420p uneven.mkv")
            let kept = try painted(scratch.limner(["stylize", "uneven.mkv", "-o", "a.mp4", "--json"] + quick))
            #expect(kept.film?.isUneven == true && kept.film?.timesLost == nil)
            let lost = try painted(scratch.limner(["stylize", "uneven.mkv", "-o", "a.y4m", "--json"] + quick))
            #expect(lost.film?.isUneven == true && lost.film?.timesLost == true)
            let told = try scratch.limner(["stylize", "uneven.mkv", "-o", "a.y4m"] + quick)
            #expect(told.output.contains("all shown for the same time"), "\(told.output)")
        }

        @Test func filmsOfOtherShapesAreNotCompared() throws {
            let scratch = try scene(3)
            for size in ["56:40", "80:80"] {
                _ = try scratch.ffmpeg("-i film.y4m -vf scale=\(size),setsar=1 \(size.prefix(2)).y4m")
            }
            let half = try scratch.limner(["film", "compare", "56.y4m", "--source", "film.y4m"])
            #expect(half.code == 0, "a source may be larger: \(half.error)")
            for films in [
                ["film.y4m", "80.y4m"], ["56.y4m", "film.y4m", "80.y4m"], ["film.y4m", "56.y4m", "film.y4m"],
            ] {
                let answer = try scratch.limner(["film", "compare"] + films)
                #expect(
                    answer.code == 1 && answer.error.contains("pixels, and") && answer.error.contains("80"),
                    "\(answer.error)")
            }
        }

        @Test func brokenFilmsAreRefusedByName() async throws {
            let daemon = try await LiveDaemon()
            try daemon.writeStyle("quick", #"{"pictures": ["stripes.png"], "options": {"preset": "fast"}}"#)
            try daemon.drop(film(1).dropLast(100), at: "stylize/quick/torn.y4m")
            try daemon.drop(
                [0, 0, 0, 24] + Array("ftypmp42".utf8) + [UInt8](repeating: 7, count: 500), at: "stylize/quick/odd.mp4")
            let reports = try await daemon.settle(2).map(\.report)
            #expect(reports.allSatisfy { $0.status == .quarantined })
            let errors = try reports.map { try #require($0.error) }
            // The MP4 has a box that would end behind it.
            #expect(errors.allSatisfy { $0.code == .pictureTruncated }, "\(errors)")
            for name in ["torn.y4m", "odd.mp4"] { #expect(errors.contains { $0.message.contains(name) }, "\(errors)") }
        }

        @Test func withoutFFmpegTheWayOutIsTold() throws {
            let scratch = try scene(2)
            try FileManager.default.createDirectory(atPath: scratch.path + "/out", withIntermediateDirectories: true)
            let worker = try BareWorker(
                in: scratch.path, ["--reads", scratch.path, "--writes", scratch.path],
                environment: ["PATH": scratch.path, "LANG": "C.UTF-8"])
            func outcome(_ token: Int64, _ format: FilmFormat) throws -> (WorkerResult?, ReportError?) {
                let task = JobTask(
                    .stylize,
                    JobOptions {
                        $0.styles = [StyleChoice(source: .picture("s.png"))]
                        $0.preset = .fast
                        $0.filmFormat = format
                    })
                let inputs = [InputRole.picture: "film.y4m", .style: "s.png"].map { role, name in
                    InputPicture(role: role, path: "\(scratch.path)/\(name)", name: name)
                }
                try worker.send(
                    .job(
                        WorkerJob(
                            id: JobIdentifier(time: .now, salt: 0, name: "film"), token: WorkerToken(token), attempt: 1,
                            task: task, inputs: inputs, outputFolder: scratch.path + "/out",
                            limits: PictureLimits(pixels: 1 << 24, bytes: 1 << 24))))
                return try worker.first { message -> (WorkerResult?, ReportError?)? in
                    switch message {
                    case .finished(let result): (result, nil)
                    case .failed(let failure): (nil, failure.error)
                    default: nil
                    }
                }
            }
            let error = try #require(try outcome(1, .mp4).1)
            #expect(error.code == .ffmpegMissing && error.message.contains("film.y4m"))
            #expect(error.hint.contains("sudo apt-get install ffmpeg"))
            let done = try outcome(2, .y4m)
            #expect(
                done.0?.outputs.map(\.name) == ["film.stylized.y4m", "film.poster.jpg"], "\(String(describing: done.1))"
            )
        }
    }
}
