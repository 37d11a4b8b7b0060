using Google.Protobuf;
using PromptKD.Runtime;

namespace PromptKD.Text.Pieces;

/// <summary>
/// Reads a <c>spiece.model</c>: sentencepiece's ModelProto (sentencepiece_model.proto), of which the pieces, the table
/// of
/// characters and the id of the unknown are looked at.
/// </summary>
internal static class SentencePieceFile
{
    private const int Pieces = 1;
    private const int Trainer = 2;
    private const int Normaliser = 3;
    private const int ModelType = 3;
    private const int Unigram = 1;
    private const int CharacterTable = 2;
    private const int PieceText = 1;
    private const int PieceScore = 2;
    private const int PieceKind = 3;
    private const int NormalKind = 1;
    private const int UnknownKind = 2;
    private const int UserKind = 4;
    private const string End = "</s>";

    /// <exception cref="PromptKDException">The file cannot be read, or is no unigram of sentencepiece.</exception>
    public static SentencePieceTokenizer Read(string path)
    {
        try
        {
            return Read(path, RegularFile.ReadAllBytes(path));
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or InvalidProtocolBufferException)
        {
            throw new PromptKDException($"{path}: cannot be read as sentencepiece's: {error.Message}", error);
        }
    }

    private static SentencePieceTokenizer Read(string path, byte[] bytes)
    {
        var pieces = new List<(string Text, int Id, double Score)>();
        int unknown = -1, end = -1, count = 0;
        ByteString table = ByteString.Empty;
        long type = Unigram;
        ForEachField(bytes, (field, value, _) =>
        {
            if (field == Pieces)
            {
                (string text, float score, int kind) = ReadPiece(value!);
                if (kind is NormalKind or UserKind)
                {
                    pieces.Add((text, count, score));
                }

                unknown = kind == UnknownKind ? count : unknown;
                end = text == End ? count : end;
                count++;
            }
            else if (field == Normaliser)
            {
                ForEachField(
                    value!.ToByteArray(),
                    (inner, data, _) => table = inner == CharacterTable && data is not null ? data : table);
            }
            else if (field == Trainer)
            {
                ForEachField(value!.ToByteArray(), (inner, _, number) => type = inner == ModelType ? number : type);
            }
        });
        if (type != Unigram || unknown < 0 || end < 0 || pieces.Count == 0)
        {
            throw new PromptKDException(
                $"{path}: not a unigram of sentencepiece with an unknown piece and {End}. Is it the spiece.model of a "
                + "SigLIP?");
        }

        return new SentencePieceTokenizer(
            new UnigramModel(pieces, unknown, isSingle: true), new CharacterMap(table.Span, path), count, unknown, end);
    }

    private static (string Text, float Score, int Kind) ReadPiece(ByteString bytes)
    {
        (string text, float score, int kind) = ("", 0, NormalKind);
        CodedInputStream input = bytes.CreateCodedInput();
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            switch (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag))
            {
                case (PieceText, WireFormat.WireType.LengthDelimited):
                    text = input.ReadString();
                    break;
                case (PieceScore, WireFormat.WireType.Fixed32):
                    score = input.ReadFloat();
                    break;
                case (PieceKind, WireFormat.WireType.Varint):
                    kind = input.ReadInt32();
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }

        return (text, score, kind);
    }

    // Bytes of a field that has some, or its number.
    private static void ForEachField(byte[] bytes, Action<int, ByteString?, long> visit)
    {
        var input = new CodedInputStream(bytes);
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            int field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.LengthDelimited:
                    visit(field, input.ReadBytes(), 0);
                    break;
                case WireFormat.WireType.Varint:
                    visit(field, null, input.ReadInt64());
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
    }
}
