import Pictures

extension Picture {
    /// The photographs that every style is learned on, beside the user's.
    package static func bundledPhotographs() throws(PictureError) -> [Picture] {
        let files = [
            PackageResources.astronaut_jpg, PackageResources.china_jpg, PackageResources.flower_jpg,
            PackageResources.obama_jpg,
        ]
        return try files.map { bytes throws(PictureError) in
            try PictureFile(name: "a bundled photograph", bytes: bytes).decode()
        }
    }
}
