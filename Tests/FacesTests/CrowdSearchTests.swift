import Pictures
import Testing
import Wire

@testable import Faces

struct CrowdSearchTests {
    private func face(_ x: Float, width: Float, score: Float = 0.9) -> DetectedFace {
        DetectedFace(
            box: FaceBox(x: x, y: 10, width: width, height: width), landmarks: FaceChip.landmarks, score: score)
    }

    @Test(arguments: [(6000, 4000), (10_000, 1200), (1281, 900), (300, 200), (2560, 5000)])
    func tilesCoverThePictureAndShareWithTheirNeighbours(width: Int, height: Int) {
        let size = PixelSize(width: width, height: height)
        let tiles = CrowdSearch.tiles(of: size)
        let (columns, rows) = (Set(tiles.map(\.x)).sorted(), Set(tiles.map(\.y)).sorted())
        #expect(tiles.count == columns.count * rows.count)
        for (starts, length) in [(columns, width), (rows, height)] {
            #expect(starts.first == 0 && starts.last! + min(CrowdSearch.side, length) == length)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 <= CrowdSearch.side * 4 / 5 })
        }
        #expect(tiles.allSatisfy { $0.clipped(to: size) == $0 && !$0.isEmpty })
    }

    @Test func whatIsLargerThanItsSearchIsLookedAtOnceMore() throws {
        let search = CrowdSearch(detector: try FaceNetworks().detector(), scale: SearchScale(), minimumScore: 0.6)
        #expect(search.closerSide(PixelSize(width: 1280, height: 900)) == nil)
        #expect(search.closerSide(PixelSize(width: 900, height: 1281)) == 1281)
        #expect(search.closerSide(PixelSize(width: 6000, height: 4000)) == 2560)
        let empty = Picture(width: 1300, height: 900, filledWith: .black)
        let found = [face(0, width: 400)]
        let look = try search.look(at: empty, of: empty.size, beside: found)
        #expect(look.faces == found && look.crowded.isEmpty)
    }

    @Test func aFaceSeenTwiceOrInPartIsOne() {
        let whole = face(100, width: 100)
        let faces = CrowdSearch.merged([whole, face(110, width: 95), face(130, width: 40), face(300, width: 100)])
        #expect(faces.map(\.box.x) == [100, 300])
    }

    /// A reflection in glasses, or a pin, seen better than the face that it is on.
    @Test func aSmallFaceWithinALargeOneCostsNoFace() {
        let (large, small) = (face(100, width: 100, score: 0.7), face(130, width: 20))
        #expect(CrowdSearch.merged([small, large]) == [large])
        // Seen by the search of the whole, both stay, whatever tiles show of them.
        let (closer, reflection) = (face(101, width: 98, score: 0.8), face(131, width: 19, score: 0.95))
        let other = face(300, width: 30)
        #expect(CrowdSearch.joined([small, other], [large]) == [other, large])
        #expect(CrowdSearch.joined([reflection], [large, small]) == [large, small])
        #expect(CrowdSearch.joined([closer, reflection], [large, small]) == [closer, small])
        // What the search of the whole made out of a face's part alone is replaced.
        #expect(CrowdSearch.joined([closer], [small]) == [closer])
    }

    private func heads(_ reader: FaceReader, side: Int) throws -> [Picture] {
        try ["obama.jpg", "biden.jpg", "astronaut.png", "obama2.jpg"].map { name in
            let picture = try Samples.picture(name)
            let box = try reader.readOne(picture.photograph(name), choosing: .only, minimumScore: 0.6).face.box
            let whole = Int(2 * max(box.width, box.height))
            let head = picture.cropped(
                to: PixelRect(
                    x: Int(box.x + box.width / 2) - whole / 2, y: Int(box.y + box.height / 2) - whole / 2, width: whole,
                    height: whole))
            return head.resized(longSide: side)
        }
    }

    private func pasted(_ heads: [Picture], in size: PixelSize) -> Picture {
        var crowd = Picture(
            width: size.width, height: size.height, filledWith: Colour(red: 120, green: 130, blue: 140))
        let step = size.width / 12
        for number in 0..<24 {
            crowd.paste(heads[number % 4], x: 40 + (number % 12) * step, y: (1 + 2 * (number / 12)) * size.height / 6)
        }
        return crowd
    }

    /// Faces of some 65 and 32 pixels in a picture of 6000, and of 30 in one of 2400: 14, 7 and 16 pixels where the whole is searched.
    @Test(arguments: [(6000, 130), (6000, 64), (2400, 60)]) func aCrowdIsFound(width: Int, headSide: Int) throws {
        let reader = try FaceNetworks().reader()
        let crowd = pasted(try heads(reader, side: headSide), in: PixelSize(width: width, height: width / 3))
        let faces = try reader.sight(crowd.photograph("crowd.jpg"), minimumScore: 0.6).faces
        #expect(faces.count == 24, "\(faces.count)")
        let widths = faces.map(\.box.width)
        #expect(widths.allSatisfy { ($0 > Float(headSide) / 6) && ($0 < Float(headSide) * 0.7) }, "\(widths)")
    }

    /// A large face is seen at once.
    @Test func aNearFaceHidesNoCrowd() throws {
        let reader = try FaceNetworks().reader()
        var crowd = pasted(try heads(reader, side: 130), in: PixelSize(width: 6000, height: 2000))
        let near = try heads(reader, side: 900)[0]
        crowd.paste(near, x: 4000, y: 900)
        let photograph = try crowd.photograph("crowd.jpg")
        let faces = try reader.sight(photograph, minimumScore: 0.6).faces
        #expect(faces.count >= 22, "\(faces.count)")
        #expect(faces.contains { $0.box.width > 250 })
    }
}
