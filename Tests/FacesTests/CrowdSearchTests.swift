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

    @Test func tilesAreSearchedWhereSmallFacesWereSeenInALargePicture() throws {
        let search = CrowdSearch(detector: try FaceNetworks().detector(), scale: SearchScale(), minimumScore: 0.6)
        let large = PixelSize(width: 5120, height: 2000)
        #expect(search.isWorthwhile(large, found: [face(0, width: 400), face(900, width: 110)]))
        #expect(!search.isWorthwhile(large, found: [face(0, width: 400)]))
        #expect(!search.isWorthwhile(large, found: []))
        #expect(!search.isWorthwhile(PixelSize(width: 2560, height: 2000), found: [face(0, width: 40)]))
    }

    @Test func aFaceSeenTwiceOrInPartIsOne() {
        let whole = face(100, width: 100)
        let faces = CrowdSearch.merged([whole, face(110, width: 95), face(130, width: 40), face(300, width: 100)])
        #expect(faces.map(\.box.x) == [100, 300])
    }

    /// Faces of some 65 and 32 pixels in a picture of 6000: 14 and 7 pixels where the whole is searched, which sees the latter not at all.
    @Test(arguments: [130, 64]) func aCrowdIsFound(headSide: Int) throws {
        let reader = try FaceNetworks().reader()
        let heads = try ["obama.jpg", "biden.jpg", "astronaut.png", "obama2.jpg"].map { name in
            let picture = try Samples.picture(name)
            let box = try reader.readOne(picture.photograph(name), choosing: .only, minimumScore: 0.6).face.box
            let side = Int(2 * max(box.width, box.height))
            let head = picture.cropped(
                to: PixelRect(
                    x: Int(box.x + box.width / 2) - side / 2, y: Int(box.y + box.height / 2) - side / 2, width: side,
                    height: side))
            return head.resized(longSide: headSide)
        }
        var crowd = Picture(width: 6000, height: 2000, filledWith: Colour(red: 120, green: 130, blue: 140))
        for number in 0..<24 {
            crowd.paste(heads[number % 4], x: 40 + (number % 12) * 490, y: 300 + (number / 12) * 900)
        }
        let faces = try reader.sight(crowd.photograph("crowd.jpg"), minimumScore: 0.6).faces
        #expect(faces.count == 24, "\(faces.count)")
        let widths = faces.map(\.box.width)
        #expect(widths.allSatisfy { ($0 > Float(headSide) / 6) && ($0 < Float(headSide) * 0.7) }, "\(widths)")
    }
}
