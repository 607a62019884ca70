@testable import Parsing

/// Why a header is refused; nil where it is read.
func fault(_ bytes: [UInt8]) -> PictureHeader.Fault? {
    do throws(PictureHeader.Fault) {
        _ = try PictureHeader(bytes)
        return nil
    } catch {
        return error
    }
}
