using System.Xml.Linq;
using Amazon.Runtime;
using Amazon.S3;
using Microsoft.AspNetCore.Http;
using PromptKD.Cloud;
using PromptKD.Runtime.Remote;
using PromptKD.Tests.Runtime.Remote;

namespace PromptKD.Tests.Cloud;

/// <summary>Against a server that answers as Amazon's API reference says; a real one is in tests/remote.sh.</summary>
public sealed class S3FilesTests
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 3000).Select(index => (byte)(index * 7))];
    private static readonly XNamespace s_names = "http://s3.amazonaws.com/doc/2006-03-01/";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_a_part_and_signs_for_it()
    {
        await using FileServer server = await FileServer.StartAsync(("/photos/set/a b+c.tar", s_content));
        string? authorization = null;
        server.Before = context =>
        {
            authorization = context.Request.Headers.Authorization;
            return Task.FromResult(false);
        };

        using RemotePart part = await FilesOf(server).OpenAsync("s3://photos/set/a b+c.tar", 100, 50, null, Stop);

        byte[] bytes = new byte[50];
        await part.Content.ReadExactlyAsync(bytes, Stop);
        Assert.Equal(s_content[100..150], bytes);
        Assert.Equal(3000, part.FileLength);
        Assert.Equal("\"one\"", part.Version);
        Assert.Equal("GET /photos/set/a b+c.tar bytes=100-149", Assert.Single(server.Requests));
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=key/", authorization, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reads_to_the_end_where_no_length_is_given()
    {
        await using FileServer server = await FileServer.StartAsync(("/photos/a.tar", s_content));

        using RemotePart part = await FilesOf(server).OpenAsync("s3://photos/a.tar", 2000, null, null, Stop);

        var copy = new MemoryStream();
        await part.Content.CopyToAsync(copy, Stop);
        Assert.Equal(s_content[2000..], copy.ToArray());
    }

    [Fact]
    public async Task Lists_page_by_page_without_marks_of_folders()
    {
        await using FileServer server = await FileServer.StartAsync();
        server.Before = async context =>
        {
            bool isSecond = context.Request.Query["continuation-token"] == "next";
            await Send(context, 200, new XElement(
                s_names + "ListBucketResult",
                new XElement(s_names + "IsTruncated", !isSecond),
                isSecond ? null : new XElement(s_names + "NextContinuationToken", "next"),
                (isSecond ? "set/b.tar" : "set/ set/a.tar").Split(' ').Select(key => new XElement(
                    s_names + "Contents", new XElement(s_names + "Key", key), new XElement(s_names + "Size", 9)))));
            return true;
        };

        Assert.Equal(
            ["s3://photos/set/a.tar", "s3://photos/set/b.tar"],
            await FilesOf(server).ListAsync("s3://photos/set/", Stop));
        Assert.All(server.Requests, request => Assert.Contains("prefix=set%2F", request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(404, "NoSuchKey", "there is no such object (404 NoSuchKey). Is the address right")]
    [InlineData(404, "NoSuchBucket", "there is no such bucket (404 NoSuchBucket). Is the name right")]
    [InlineData(403, "AccessDenied", "not permitted (403 AccessDenied). The credentials that were found")]
    [InlineData(403, "InvalidAccessKeyId", "not permitted (403 InvalidAccessKeyId).")]
    [InlineData(301, "PermanentRedirect", "the bucket lies in another region: Told (301 PermanentRedirect). Set AWS_")]
    [InlineData(400, "AuthorizationHeaderMalformed", "the bucket lies in another region: Told (400 Authoriz")]
    [InlineData(412, "PreconditionFailed", "changed on its server since it was first read")]
    [InlineData(416, "InvalidRange", "the object is empty (416 InvalidRange).")]
    [InlineData(400, "InvalidRequest", "the server answered 400 InvalidRequest: Told.")]
    public async Task Says_in_a_line_what_will_not_pass(int status, string code, string expected)
    {
        await using FileServer server = await FileServer.StartAsync();
        server.Before = async context =>
        {
            await Send(context, status, new XElement(
                "Error", new XElement("Code", code), new XElement("Message", "Told.")));
            return true;
        };

        PromptKDException told = await Assert.ThrowsAsync<PromptKDException>(
            () => FilesOf(server).OpenAsync("s3://photos/a.tar", 0, null, null, Stop));

        Assert.StartsWith($"s3://photos/a.tar: {expected}", told.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(503, "SlowDown")]
    [InlineData(500, "InternalError")]
    [InlineData(400, "RequestTimeout")]
    public async Task What_may_pass_is_asked_again(int status, string code)
    {
        await using FileServer server = await FileServer.StartAsync(("/photos/a.tar", s_content));
        int asked = 0;
        server.Before = async context =>
        {
            if (++asked > 2)
            {
                return false;
            }

            await Send(context, status, new XElement("Error", new XElement("Code", code)));
            return true;
        };
        var patience = new RemotePatience(
            [TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5)], TimeSpan.FromMinutes(1));
        var file = new RemoteFile("s3://photos/a.tar", FilesOf(server), patience);

        Assert.Equal(s_content[..9], await file.ReadAsync(0, 9, Stop));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_version_that_is_gone_is_refused_by_the_server()
    {
        await using FileServer server = await FileServer.StartAsync(("/photos/a.tar", s_content));
        RemoteFile file = new("s3://photos/a.tar", FilesOf(server), RemotePatience.Default);
        await file.ReadAsync(0, 9, Stop);

        server.Version = "\"two\"";
        PromptKDException told = await Assert.ThrowsAsync<PromptKDException>(() => file.ReadAsync(9, 9, Stop));

        Assert.Contains("changed on its server", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_became_shorter_is_refused_where_the_range_is_looked_at_first()
    {
        await using FileServer server = await FileServer.StartAsync(("/photos/a.tar", s_content));
        RemoteFile file = new("s3://photos/a.tar", FilesOf(server), RemotePatience.Default);
        await file.ReadAsync(0, 9, Stop);

        server.Before = async context =>
        {
            await Send(context, 416, new XElement("Error", new XElement("Code", "InvalidRange")));
            return true;
        };
        PromptKDException told = await Assert.ThrowsAsync<PromptKDException>(() => file.ReadAsync(9, 9, Stop));

        Assert.Contains("changed on its server", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_gone_may_come_back()
    {
        await using FileServer server = await FileServer.StartAsync();
        S3Files files = FilesOf(server);
        await server.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => files.OpenAsync("s3://photos/a.tar", 0, null, null, Stop));
    }

    [Fact]
    public async Task An_address_without_a_path_is_refused() => Assert.StartsWith(
        "s3://photos: expected s3://BUCKET/PATH",
        (await Assert.ThrowsAsync<PromptKDException>(() => new S3Files(new Lazy<IAmazonS3>(() => null!))
            .OpenAsync("s3://photos", 0, null, null, Stop))).Message,
        StringComparison.Ordinal);

    private static async Task Send(HttpContext context, int status, XElement body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}");
    }

    private static S3Files FilesOf(FileServer server) => new(new Lazy<IAmazonS3>(new AmazonS3Client(
        new BasicAWSCredentials("key", "secret"),
        new AmazonS3Config
        {
            ServiceURL = server.Root,
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
        })));
}
