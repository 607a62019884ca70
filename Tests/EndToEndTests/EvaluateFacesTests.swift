import Foundation
import Pictures
import Testing
import Wire

extension EndToEnd {
    /// `limner faces evaluate`, through the real worker and the real networks.
    @Suite struct EvaluateFacesTests {
        /// Two people with their photographs, one of which is the same made smaller, and a file that is no picture.
        private func people() throws -> Scratch {
            let scratch = try Scratch()
            for name in ["people", "people/obama", "people/biden"] {
                try FileManager.default.createDirectory(
                    atPath: "\(scratch.path)/\(name)", withIntermediateDirectories: true)
            }
            for name in ["obama.jpg", "obama2.jpg", "obama3.jpg"] {
                try scratch.write("people/obama/\(name)", Assets.sample(name))
            }
            try scratch.write("people/biden/a.jpg", Assets.sample("biden.jpg"))
            let small = try Assets.samplePicture("biden.jpg").resized(longSide: 400).encodeJPEG(quality: 90)
            try scratch.write("people/biden/b.jpg", small)
            try scratch.write("people/biden/note.jpg", Array("no picture at all".utf8))
            try scratch.write("people/biden/.hidden.jpg", [1])
            try scratch.write("people/read me.txt", [65])
            return scratch
        }

        @Test func aFolderOfPeopleIsMeasured() throws {
            let scratch = try people()
            let answer = try scratch.limner([
                "faces", "evaluate", "people", "--json", "--page", "page.svg", "--page", "page.png",
            ])
            #expect(answer.code == 0, "\(answer.error)")
            let evaluation = try WireJSON.decode(FaceEvaluation.self, from: Data(answer.output.utf8))
            #expect(evaluation.people == 2 && evaluation.comparable == 2 && evaluation.pictures == 5)
            #expect(evaluation.unusable.map(\.picture) == ["note.jpg"])
            #expect(evaluation.unusable.first?.error.code == .pictureNotAPicture)
            #expect(evaluation.verification.genuinePairs == 4 && evaluation.verification.impostorPairs == 6)
            #expect(evaluation.verification.equalErrorRate.value == 0)
            #expect(evaluation.verification.inUse.acceptance == 1)
            #expect(evaluation.unlike.first.map { $0.first.hasPrefix("obama/") } == true)
            #expect(evaluation.models.last?.id == "sface-2021dec")
            #expect(answer.error.contains("1 file directly in people belongs to nobody"))
            #expect(scratch.text("page.svg").contains("obama/"))
            let page = try PictureFile(path: "\(scratch.path)/page.png").decode()
            #expect(page.width == 2000)
            #expect(scratch.names == ["page.png", "page.svg", "people"])
        }

        @Test func aFaceFarAwayIsTestedByReducingIt() throws {
            let scratch = try people()
            let answer = try scratch.limner(["faces", "evaluate", "people", "--resolution", "12"])
            #expect(answer.code == 0, "\(answer.error)")
            #expect(answer.output.contains("faces reduced to 12 x 12 pixels"))
            #expect(answer.output.contains("not measurable with 6 pairs of two people; 3,000 are needed"))
            #expect(answer.output.contains("one person, least alike:"))
            #expect(answer.error.contains("picture-not-a-picture") && answer.error.contains("biden/note.jpg"))
        }

        @Test func tooFewPeopleAreRefused() throws {
            let scratch = try people()
            try FileManager.default.removeItem(atPath: "\(scratch.path)/people/biden/b.jpg")
            let answer = try scratch.limner(["faces", "evaluate", "people", "--page", "page.png"])
            #expect(answer.code == 1)
            #expect(answer.error.contains(ErrorCode.tooFewPeople.rawValue), "\(answer.error)")
            #expect(answer.error.contains("4 usable pictures of 2 people, 1 of them with two (1 pictures not usable)"))
            #expect(scratch.names == ["people"])
        }

        @Test func whatCannotBeReadOrWrittenIsSaidBeforeAnyWork() throws {
            let scratch = try people()
            #expect(try scratch.limner(["faces", "evaluate", "absent"]).code == 66)
            #expect(try scratch.limner(["faces", "evaluate", "people/biden/a.jpg"]).code == 66)
            let lost = try scratch.limner(["faces", "evaluate", "people", "--page", "none/page.png"])
            #expect(lost.code == 73 && lost.error.contains("none/page.png"))
            try scratch.write("people/biden/c.png", Assets.stripes())
            let over = try scratch.limner(["faces", "evaluate", "people", "--page", "people/biden/c.png"])
            #expect(over.code == 64 && over.error.contains("is the input"))
        }
    }
}
